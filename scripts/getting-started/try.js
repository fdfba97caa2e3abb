"use strict";

// Does what docs/getting-started.md says, in an empty folder, with the packed package and nothing else of this repository: runs each
// block of commands, and makes each edit. A block that needs machines has a comment that names the test which runs it with all others, and
// is left out. For npm the package comes from a registry, as all others do: one here that has this one alone, and sends on to the configured one for the others.

const { spawn } = require("node:child_process");
const { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { blocksOf, edited } = require("./page");
const { pack, serve } = require("./registry");

const folder = mkdtempSync(join(tmpdir(), "getting-started-"));

main()
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  });

async function main() {
  const packed = pack(folder);
  const { url: registry } = await serve(packed);
  const empty = join(folder, "empty");
  mkdirSync(empty);

  const steps = blocksOf(packed.page).filter(({ comment }) => !comment.startsWith("run by: "));
  let here = empty;
  for (const { language, comment, code } of steps) {
    const [, file] = /^edit: (\S+)$/.exec(comment) ?? [];
    if (language === "sh") {
      here = await run(code, here, registry);
    } else if (file) {
      writeFileSync(join(here, file), edited(readFileSync(join(here, file), "utf8"), code));
    } else {
      throw new Error(`nobody says what becomes of this block of ${language}:\n${code}`);
    }
  }
  const commands = steps.filter(({ language }) => language === "sh").length;
  if (commands < 3 || steps.length - commands < 3) {
    throw new Error(`only ${commands} blocks of commands and ${steps.length - commands} edits were found`);
  }
  readFileSync(join(here, "cdktf.out", "stacks", "production", "zato.json"));
  console.log(`the page works: ${commands} blocks of commands, ${steps.length - commands} edits`);
}

/** Runs commands, and says in which folder they end. */
function run(commands, cwd, registry) {
  const end = join(folder, "end");
  console.log(commands.trimEnd().replace(/^/gm, "$ "));
  return new Promise((resolve, reject) => {
    // Not synchronously: the registry is in this process.
    spawn("bash", ["-euo", "pipefail", "-c", `${commands}\npwd >'${end}'`], {
      cwd,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
        npm_config_registry: registry,
        npm_config_yes: "true",
        npm_config_audit: "false",
        npm_config_fund: "false",
        npm_config_prefer_offline: "true",
      },
    }).on("close", (status) =>
      status === 0
        ? resolve(readFileSync(end, "utf8").trim())
        : reject(new Error(`it ended with status ${status}:\n${commands}`)),
    );
  });
}
