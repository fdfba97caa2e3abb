const lab = require("./jest.lab.config.js");

/** @type {import("jest").Config} The bad days: what fails, what is cut off, and what it costs; on the same lab. */
module.exports = {
  ...lab,
  roots: ["<rootDir>/test/faults"],
  testMatch: ["<rootDir>/test/faults/**/*.test.ts"],
};
