const common = require("./jest.config.js");

/** @type {import("jest").Config} The tests that boot hosts and run the real Terraform on them: see lab/. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test/lab"],
  testMatch: ["<rootDir>/test/lab/**/*.test.ts"],
  transform: common.transform,
  moduleNameMapper: common.moduleNameMapper,
  modulePathIgnorePatterns: common.modulePathIgnorePatterns,
  cacheDirectory: common.cacheDirectory,
  globalTeardown: "<rootDir>/test/lab/support/global-teardown.ts",
  testTimeout: 600_000,
  maxWorkers: 1,
  verbose: true,
};
