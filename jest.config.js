/** @type {import("jest").Config} The tests that need nothing but Node and bash: no network, no root, no Terraform. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/lab/", "<rootDir>/test/faults/"],
  globalSetup: "<rootDir>/test/support/system-python.ts",
  transform: { "\\.ts$": "ts-jest" },
  moduleNameMapper: {
    "^cdktf-zato$": "<rootDir>/lib/index.ts",
    "^cdktf-zato/(.*)$": "<rootDir>/lib/$1/index.ts",
  },
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/"],
  cacheDirectory: "<rootDir>/.jest-cache",
  maxWorkers: "100%",
  coverageProvider: "v8",
  collectCoverageFrom: ["lib/**/*.ts"],
  coverageDirectory: "<rootDir>/coverage",
  coverageThreshold: Object.fromEntries(
    ["validation", "remote", "host", "zato", "load-balancing", "deployment", "aws", "citrix", "f5", "testing"].map(
      (layer) => [`./lib/${layer}/`, { statements: 97, branches: 95, functions: 92, lines: 97 }],
    ),
  ),
};
