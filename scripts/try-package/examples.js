"use strict";

// Writes a tsconfig.json for all examples, with the settings that each of them has.

const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const settings = readdirSync("examples").map((example) =>
  readFileSync(join("examples", example, "tsconfig.json"), "utf8"),
);
if (settings.some((text) => text !== settings[0])) {
  throw new Error("the examples do not all have the same tsconfig.json");
}
const { compilerOptions } = JSON.parse(settings[0]);
writeFileSync(
  join("examples", "tsconfig.json"),
  JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: false }, include: ["*/*.ts"] }),
);
