const hermetic = require("./jest.config.js");

/** @type {import("jest").Config} The hermetic tests, compiled file by file: fast, and a fault need not be of the right type to be made. */
module.exports = {
  ...hermetic,
  transform: { "\\.ts$": ["ts-jest", { diagnostics: false, tsconfig: { isolatedModules: true } }] },
};
