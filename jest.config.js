/** @type {import("jest").Config} The tests that need nothing but Node and bash: no network, no root, no Terraform. */
module.exports = {
  testEnvironment: "node",
  // Sources too, or tests that are related to one cannot be found.
  roots: ["<rootDir>/lib", "<rootDir>/test"],
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/(faults|haproxy|lab|tools)/"],
  globalSetup: "<rootDir>/test/support/system-python.ts",
  transform: { "\\.ts$": "ts-jest" },
  moduleNameMapper: {
    "^cdktf-zato$": "<rootDir>/lib/index.ts",
    "^cdktf-zato/(.*)$": "<rootDir>/lib/$1/index.ts",
    "/stack-trace$": "<rootDir>/test/support/no-stack-traces.ts",
  },
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/"],
  cacheDirectory: "<rootDir>/.jest-cache",
  maxWorkers: "100%",
  // A machine that does other things as well is no fault.
  testTimeout: 30_000,
  coverageProvider: "v8",
  collectCoverageFrom: ["lib/**/*.ts"],
  coverageDirectory: "<rootDir>/coverage",
  coverageThreshold: Object.fromEntries(
    ["validation", "remote", "host", "zato", "load-balancing", "deployment", "aws", "citrix", "f5", "testing"].map(
      (layer) => [`./lib/${layer}/`, { statements: 97, branches: 95, functions: 92, lines: 97 }],
    ),
  ),
};
