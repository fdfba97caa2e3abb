"use strict";

// Prints a package.json of ours in which cdktn stands in cdktf's place, with what the unit tests need and no more.

const CDKTN = "0.24.0";
const CONSTRUCTS = "10.7.0"; // cdktn wants less than 10.8

const NEEDED = [
  "@cdktf/provider-aws",
  "@cdktf/provider-null",
  "@types/jest",
  "@types/node",
  "ajv",
  "fast-check",
  "jest",
  "ts-jest",
  "tsx",
  "typescript",
  "yaml",
];

const ours = require("../package.json");
const installed = (name) => require(`../node_modules/${name}/package.json`).version;

const project = {
  ...ours,
  private: true,
  scripts: {},
  dependencies: {},
  peerDependencies: {},
  peerDependenciesMeta: {},
  devDependencies: {
    ...Object.fromEntries(NEEDED.map((name) => [name, installed(name)])),
    cdktf: `npm:cdktn@${CDKTN}`,
    constructs: CONSTRUCTS,
  },
  overrides: { cdktf: "$cdktf" },
};
process.stdout.write(`${JSON.stringify(project, undefined, 2)}\n`);
