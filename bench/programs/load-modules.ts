import { createRequire } from "node:module";
import { measure, readInput } from "./program";

/** Names of modules, in the order in which they are loaded. */
export type LoadModulesInput = readonly string[];

const load = createRequire(__filename);
const names = readInput<LoadModulesInput>();

measure(() => names.forEach((name) => void load(name)));
