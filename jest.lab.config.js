const common = require("./jest.config.js");

/**
 * @type {import("jest").Config} The tests that boot hosts and run the real Terraform on them: see lab/. With
 * LAB_INSTANCES="1 2" on two labs at the same time, which take the files as out of a queue.
 */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test/lab"],
  testMatch: ["<rootDir>/test/lab/**/*.test.ts"],
  transform: common.transform,
  moduleNameMapper: common.moduleNameMapper,
  modulePathIgnorePatterns: common.modulePathIgnorePatterns,
  cacheDirectory: common.cacheDirectory,
  setupFilesAfterEnv: ["<rootDir>/test/lab/support/own-lab.ts"],
  globalSetup: "<rootDir>/test/lab/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/lab/support/global-teardown.ts",
  testTimeout: 600_000,
  maxWorkers: (process.env.LAB_INSTANCES ?? "one").split(" ").length,
  verbose: true,
};
