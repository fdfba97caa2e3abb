const common = require("./jest.config.js");

/** @type {import("jest").Config} What the rendered configurations make HAProxy do, on loopback. Needs `haproxy` and `openssl`. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test/haproxy"],
  testMatch: ["<rootDir>/test/haproxy/**/*.test.ts"],
  transform: common.transform,
  moduleNameMapper: common.moduleNameMapper,
  modulePathIgnorePatterns: common.modulePathIgnorePatterns,
  cacheDirectory: common.cacheDirectory,
  testTimeout: 30_000,
  maxWorkers: 1,
};
