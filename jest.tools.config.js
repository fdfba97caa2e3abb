const lab = require("./jest.lab.config.js");

/** @type {import("jest").Config} What takes other programs than the machine's; scripts/tested-with runs it. */
module.exports = {
  ...lab,
  roots: ["<rootDir>/test/tools"],
  testMatch: ["<rootDir>/test/tools/**/*.test.ts"],
};
