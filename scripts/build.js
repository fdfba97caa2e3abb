"use strict";

// build.js [FOLDER]: compiles the library into FOLDER, by default dist/. Types are per file. The code is one file per
// entry point of package.json, and chunks with what entry points share, so that each class exists once: opening the
// hundred files of the sources took longer than running them.

const { execFileSync } = require("node:child_process");
const { cpSync, rmSync } = require("node:fs");
const { basename, join, resolve } = require("node:path");
const { buildSync } = require("esbuild");
const { bin, exports: entries } = require("../package.json");

const ROOT = join(__dirname, "..");
const OUT = resolve(process.argv[2] ?? join(ROOT, "dist"));

rmSync(OUT, { recursive: true, force: true });
emitTypes();
convertToCommonJs(bundle());
// The code looks for the scripts that run on hosts, and for what reads Python, beside itself.
for (const folder of ["remote/host-scripts", "content/python"]) {
  cpSync(join(ROOT, "lib", folder), join(OUT, basename(folder)), {
    recursive: true,
    filter: (name) => !/__pycache__|\.pyc$/.test(name),
  });
}

function emitTypes() {
  const tsc = require.resolve("typescript/bin/tsc");
  const args = ["-p", join(ROOT, "tsconfig.build.json"), "--emitDeclarationOnly", "--outDir", OUT];
  execFileSync(process.execPath, [tsc, ...args], { stdio: "inherit" });
}

/** esbuild shares code between entry points only where it writes ECMAScript modules. */
function bundle() {
  const compiled = [...Object.values(entries).flatMap((entry) => entry.default ?? []), ...Object.values(bin)];
  const { metafile } = buildSync({
    ...options(),
    entryPoints: compiled.map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, "lib/$1.ts")),
    outbase: "lib",
    bundle: true,
    packages: "external",
    format: "esm",
    splitting: true,
    metafile: true,
  });
  return Object.keys(metafile.outputs).filter((file) => file.endsWith(".js"));
}

function convertToCommonJs(files) {
  buildSync({ ...options(), entryPoints: files, outbase: OUT, format: "cjs", allowOverwrite: true });
}

function options() {
  return {
    absWorkingDir: ROOT,
    outdir: OUT,
    tsconfig: "tsconfig.build.json",
    platform: "node",
    target: "node20",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  };
}
