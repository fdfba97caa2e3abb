const lab = require("./jest.lab.config.js");

/** @type {import("jest").Config} What failures cost. It is measured in seconds, so nothing else should run meanwhile. */
module.exports = {
  ...lab,
  roots: ["<rootDir>/test/faults"],
  testMatch: ["<rootDir>/test/faults/**/*.test.ts"],
};
