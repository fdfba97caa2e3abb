"use strict";

// build.js [FOLDER]: compiles the library into FOLDER, by default dist/. Code and types are one file per entry point of package.json, and
// chunks with what entry points share, so that each class exists once: opening the hundred files of the sources took longer than running
// them. Classes and functions say what they are called in the sources, and no line is long,
// so that traces of stacks can be read; in the commands, whose messages have to do, they do not.

const { execFileSync } = require("node:child_process");
const { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { extname, join, relative, resolve } = require("node:path");
const { buildSync } = require("esbuild");
const { rollup } = require("rollup");
const { dts } = require("rollup-plugin-dts");
const { withoutComments, withoutDocstrings, withoutFunctionNames, withoutPrivateTexts } = require("./slim");
const { bin, exports: entries, name, peerDependencies, peerDependenciesMeta } = require("../package.json");

const ROOT = join(__dirname, "..");
const SLIM = { ".sh": withoutComments, ".py": withoutDocstrings };
const COMPACT = { minify: true, lineLimit: 400 };
const OUT = resolve(process.argv[2] ?? join(ROOT, "dist"));

build();

async function build() {
  rmSync(OUT, { recursive: true, force: true });
  await bundleTypes();
  convertToCommonJs(bundle());
  Object.entries(entries).forEach(
    ([entry, { default: file }]) => file && askForPeers(entry, join(OUT, file.replace(/^\.\/dist\//, ""))),
  );
  copyPrograms();
}

async function bundleTypes() {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-types-"));
  const tsc = require.resolve("typescript/bin/tsc");
  const args = ["-p", join(ROOT, "tsconfig.build.json"), "--emitDeclarationOnly", "--outDir", folder];
  execFileSync(process.execPath, [tsc, ...args], { stdio: "inherit" });
  const names = Object.values(entries).flatMap(({ types }) => types?.replace(/^\.\/dist\/(.*)\.d\.ts$/, "$1") ?? []);
  const types = await rollup({
    input: Object.fromEntries(names.map((name) => [name, join(folder, `${name}.d.ts`)])),
    external: /^[^./]/,
    plugins: [dts()],
    // That types are shared which no entry point exports: nobody can name them, as before.
    logLevel: "silent",
  });
  await types.write({
    dir: OUT,
    minifyInternalExports: false,
    entryFileNames: "[name].d.ts",
    chunkFileNames: "types-[hash].d.ts",
  });
  rmSync(folder, { recursive: true });
  for (const file of readdirSync(OUT, { recursive: true }).map((name) => join(OUT, name))) {
    if (file.endsWith(".d.ts")) {
      writeFileSync(file, withoutPrivateTexts(readFileSync(file, "utf8")));
    }
  }
}

/** What is no code: the scripts that run on hosts, and what reads Python. The code looks for it where it is in the sources. */
function copyPrograms() {
  const lib = join(ROOT, "lib");
  const files = readdirSync(lib, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name, parentPath } of files.filter(({ name }) => !/\.(ts|pyc)$/.test(name))) {
    const folder = join(OUT, relative(lib, parentPath));
    mkdirSync(folder, { recursive: true });
    const slim = SLIM[extname(name)] ?? ((text) => text);
    writeFileSync(join(folder, name), slim(readFileSync(join(parentPath, name), "utf8")));
  }
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
  const programs = Object.values(bin).map((file) => relative(ROOT, join(OUT, relative("dist", file))));
  for (const keepNames of [true, false]) {
    const entryPoints = files.filter((file) => programs.includes(file) !== keepNames);
    buildSync({ ...options(), entryPoints, outbase: OUT, format: "cjs", allowOverwrite: true, keepNames, ...COMPACT });
  }
  for (const file of files.map((name) => join(ROOT, name))) {
    writeFileSync(file, withoutFunctionNames(readFileSync(file, "utf8")));
  }
}

/**
 * An entry point that needs a package which npm does not install by itself says so, in place of Node. Before everything else, which
 * loads it; on the first line, so that source maps stay right.
 */
function askForPeers(entry, file) {
  const code = readFileSync(file, "utf8");
  const needed = Object.keys(peerDependenciesMeta).filter((peer) => code.includes(`require("${peer}/`));
  const checks = needed.map((peer) => {
    const message = `${entry.replace(/^\./, name)} needs the package '${peer}'; run 'npm install ${peer}@${peerDependencies[peer]}'`;
    return `try{require.resolve("${peer}/package.json")}catch{throw new Error(${JSON.stringify(message)})}`;
  });
  writeFileSync(
    file,
    code.replace(/^"use strict";/, (strict) => strict + checks.join("")),
  );
}

function options() {
  return {
    absWorkingDir: ROOT,
    outdir: OUT,
    tsconfig: "tsconfig.build.json",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  };
}
