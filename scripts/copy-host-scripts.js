"use strict";

// The scripts that run on hosts go into the package beside the compiled code that sends them there.

const { cpSync, rmSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const from = join(root, "lib", "remote", "host-scripts");
const to = join(root, "dist", "remote", "host-scripts");

rmSync(to, { recursive: true, force: true });
cpSync(from, to, { recursive: true, filter: (name) => !/__pycache__|\.pyc$/.test(name) });
