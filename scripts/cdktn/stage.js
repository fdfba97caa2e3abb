"use strict";

// stage.js FOLDER: writes the sources of the package `cdktn-zato` into FOLDER: those of `cdktf-zato`, with the names of the
// other framework in their imports, and scripts/cdktn/framework in place of lib/framework. What runs on hosts, ids and
// addresses stay as they are, so that a state of the one is a state of the other.

const { execFileSync } = require("node:child_process");
const { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { dirname, extname, join } = require("node:path");

const ROOT = join(__dirname, "..", "..");
const OUT = process.argv[2];

const CDKTN = "0.24.0";
const CONSTRUCTS = "10.7.0"; // cdktn wants less than 10.8
const AWS_PROVIDER = "25.7.0";

/** Of what git knows: all that is built, compiled or tested without a lab, what belongs into a package, and what pages link to. */
const SOURCES = [
  ...[
    "lib",
    "test",
    "examples",
    "lab",
    "docs",
    "scripts",
    "README.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "CHANGELOG.md",
    ".github",
  ],
  ...["tsconfig.json", "tsconfig.build.json", "jest.config.js", "cdktf.json"],
];

/** What draws pictures, where it is installed. */
const DRAWER = "@viz-js/viz";

/** Development tools that the other framework's package needs too. */
const TOOLS = [
  ...[DRAWER, "@types/jest", "@types/node", "ajv", "esbuild", "fast-check", "jest", "ts-jest", "tsx", "typescript"],
  ...["@arethetypeswrong/cli", "publint", "rollup", "rollup-plugin-dts"],
];

/** What was run, by the names of what ran. */
const RECORDS = /^docs\/(tested-with|.*-tried)\.md$/;

const SPECIFIER =
  /((?:\bfrom|\bimport|\brequire(?:\.resolve)?\(|\bmock\(|\bimport\()\s*)(["'])((?:@?cdktf)(?:-zato)?(?:\/[^"']*)?)\2/g;

stage();

function stage() {
  mkdirSync(OUT, { recursive: true });
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...SOURCES], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of list.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    copy(file);
  }
  cpSync(join(ROOT, "scripts", "cdktn", "framework"), join(OUT, "lib", "framework"), { recursive: true });
  writeFileSync(
    join(OUT, "package.json"),
    `${JSON.stringify(packageOf(require("../../package.json")), undefined, 2)}\n`,
  );
}

function copy(file) {
  const from = join(ROOT, file);
  const to = join(OUT, file);
  mkdirSync(dirname(to), { recursive: true });
  if (/^examples\/[^/]+\/package\.json$/.test(file)) {
    writeFileSync(to, `${JSON.stringify(exampleOf(JSON.parse(readFileSync(from, "utf8"))), undefined, 2)}\n`);
  } else if ([".ts", ".mts", ".js"].includes(extname(file))) {
    writeFileSync(to, renamed(readFileSync(from, "utf8")));
  } else if (file === "tsconfig.json" || (/^(README|(docs|examples)\/.*)\.md$/.test(file) && !RECORDS.test(file))) {
    writeFileSync(to, renamedText(readFileSync(from, "utf8")));
  } else {
    cpSync(from, to);
  }
}

/** In a program: what it imports, and how Jest finds the library. */
function renamed(text) {
  return text
    .replace(SPECIFIER, (_match, before, quote, name) => before + quote + nameOf(name) + quote)
    .replaceAll("^cdktf-zato", "^cdktn-zato");
}

/**
 * In a page, or a configuration of the compiler: the names of packages, and commands. Folders, files and labels keep theirs, since hosts and
 * states do; and a line that names the other framework tells one from the other.
 */
function renamedText(text) {
  return text
    .split("\n")
    .map((line) => (/\bcdktn\b/.test(line) ? line : renamedLine(line)))
    .join("\n");
}

function renamedLine(line) {
  return line
    .replace(
      /(["'`])(@cdktf\/provider-aws|cdktf|cdktf-zato\/[a-z0-9*/-]+)\1/g,
      (_match, quote, name) => quote + nameOf(name) + quote,
    )
    .replace(/(["'])cdktf-zato\1/g, "$1cdktn-zato$1")
    .replace(/\bnpm install [^`]*/g, (words) => words.replace(" @cdktf/provider-null", "").replaceAll("cdktf", "cdktn"))
    .replace(/(?<![\w/.@~-])cdktf(-zato)?(?= [a-z]|$)/g, "cdktn$1");
}

function nameOf(name) {
  return name.replace(/^(@?)cdktf/, "$1cdktn");
}

/** What a copy of an example needs, with the versions of the other framework's package. */
function exampleOf({ scripts, dependencies, devDependencies, ...rest }) {
  const { peerDependencies } = packageOf(require("../../package.json"));
  const renamed = (entries) =>
    Object.fromEntries(
      Object.entries(entries)
        .map(([name, version]) => [nameOf(name), version])
        .map(([name, version]) => [name, peerDependencies[name.replace(/-cli$/, "")] ?? version])
        .filter(([name]) => name !== "@cdktn/provider-null"),
    );
  return {
    ...rest,
    scripts: Object.fromEntries(
      Object.entries(scripts).map(([name, command]) => [name, command.replace(/^cdktf/, "cdktn")]),
    ),
    dependencies: renamed(dependencies),
    devDependencies: renamed(devDependencies),
  };
}

function packageOf(ours) {
  const installed = (name) =>
    JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;
  return {
    ...ours,
    name: nameOf(ours.name),
    description: ours.description.replace("CDKTF", "CDKTN"),
    bin: { "cdktn-zato": ours.bin["cdktf-zato"] },
    scripts: { build: ours.scripts.build, prepack: ours.scripts.prepack, test: ours.scripts.test },
    peerDependencies: {
      "@cdktn/provider-aws": `^${AWS_PROVIDER}`,
      [DRAWER]: ours.peerDependencies[DRAWER],
      cdktn: `^${CDKTN}`,
      constructs: ">=10.6.0 <10.8.0",
    },
    peerDependenciesMeta: { "@cdktn/provider-aws": { optional: true }, [DRAWER]: { optional: true } },
    devDependencies: {
      ...Object.fromEntries(TOOLS.map((name) => [name, installed(name)])),
      "@cdktn/provider-aws": AWS_PROVIDER,
      cdktn: CDKTN,
      constructs: CONSTRUCTS,
    },
  };
}
