import { ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { copyHostScripts, bash, BashResult } from "./bash";

/** The folders of a host that the scripts know by name; in a sandbox they lie below its own folder. */
const PLACES =
  /(?<![\w$}.])\/(var\/(lib|log|backups)\/cdktf-zato|etc\/(cdktf-zato|zato|systemd\/system|postgresql|apt)|run\/(cdktf-zato|zato-)|opt\/zato)/g;

/** Programs that change the host itself: in a sandbox they are only noted. */
const PROGRAMS = [
  "systemctl",
  "systemd-analyze",
  "journalctl",
  "userdel",
  "groupdel",
  "chown",
  "apt-get",
  "openssl-none",
];

/**
 * A host in a folder, on which the whole of the host's scripts run as whoever runs the tests: their own folders are moved into it,
 * and what would change the machine is only noted.
 */
export class Sandbox {
  /** The scripts, as a deploy stages them. */
  public readonly scripts: string;

  private readonly bin: string;

  constructor(private readonly folder: string) {
    this.scripts = copyHostScripts(folder);
    this.bin = join(folder, "bin");
    mkdirSync(this.bin);
    ["run", "var/lib", "var/log", "etc/systemd/system", "opt/zato"].forEach((name) =>
      mkdirSync(join(folder, name), { recursive: true }),
    );
    for (const name of readdirSync(this.scripts, { recursive: true, encoding: "utf8" })) {
      if (name.endsWith(".sh")) {
        const file = join(this.scripts, name);
        writeFileSync(file, readFileSync(file, "utf8").replace(PLACES, `${folder}$&`));
      }
    }
    PROGRAMS.forEach((program) => this.program(program));
    // Only root could give files away.
    this.program("install", 'args=(); while [ "$#" -gt 0 ]; do case $1 in -o | -g) shift ;; *) args+=("$1") ;; esac; shift; done; exec /usr/bin/install "${args[@]}"', false); // prettier-ignore
    this.program("id", 'case "$*" in "-gn "*) echo "$2" ;; *) exec /usr/bin/id "$@" ;; esac', false);
    this.define(
      "lies_in_roots() { true; }; is_folder_for_backups() { true; }; own_tree() { :; }; sync() { :; }; need_packages() { :; }",
    );
  }

  /** Puts a program in the place of the host's, whose calls are noted unless it is said otherwise. */
  public program(name: string, body = "", isNoted = true): void {
    const note = isNoted ? `printf '%s\\n' "${name} $*" >>'${this.folder}/calls'\n` : "";
    writeFileSync(join(this.bin, name), `#!/bin/bash\n${note}${body}\n`);
    chmodSync(join(this.bin, name), 0o755);
  }

  /** Puts functions in the place of the scripts' own. */
  public define(functions: string): void {
    const all = join(this.scripts, "lib", "all.sh");
    writeFileSync(all, `${readFileSync(all, "utf8")}\n${functions}\n`);
  }

  /** A function that only notes that it was called. */
  public note(...functions: string[]): void {
    this.define(
      functions.map((name) => `${name}() { printf '%s\\n' "${name} $*" >>'${this.folder}/calls'; }`).join("\n"),
    );
  }

  /** Brings a component to the state that a manifest describes. */
  public converge(
    kind: string,
    name: string,
    manifest: string,
    secrets: Readonly<Record<string, string>> = {},
    script: "converge.sh" | "early.sh" = "converge.sh",
  ): BashResult {
    const staging = join(this.folder, "staging");
    mkdirSync(join(staging, "run"), { recursive: true });
    writeFileSync(join(staging, `${name}.manifest`), manifest.replace(PLACES, `${this.folder}$&`));
    Object.entries(secrets).forEach(([secret, value]) =>
      writeFileSync(join(staging, `${name}.secret.${secret}`), value),
    );
    return this.run(script, kind, name, join(staging, name));
  }

  /** What is found to be otherwise on the host than a component's last deploy has left it. */
  public drift(kind: string, name: string): string[] {
    return this.ask("drift.sh", `${kind} ${name} unknown\n`).stdout.split("\n").filter(Boolean);
  }

  /** Runs one of the scripts that read what they are asked. */
  public ask(script: string, request: string, ...words: string[]): BashResult {
    this.write("/request", request);
    const file = join(this.folder, "request");
    return this.bash('exec bash "${@:2}" <"$1"', [file, join(this.scripts, script), ...words]);
  }

  /** Runs such a script without waiting for its end. */
  public start(script: string): ChildProcessWithoutNullStreams {
    return spawn("bash", [join(this.scripts, script)], { env: { ...process.env, ...this.environment } });
  }

  /** Runs one of the scripts as a deploy does. */
  public run(script: string, ...words: string[]): BashResult {
    return this.bash('exec bash "$@"', [join(this.scripts, script), ...words]);
  }

  private bash(program: string, words: string[]): BashResult {
    return bash(program, words, this.environment);
  }

  private get environment(): Record<string, string> {
    return { PATH: `${this.bin}:${process.env.PATH}`, OWN_SESSION: "yes", LOCKED: "yes" };
  }

  /** What was noted so far, in its order, without the sandbox's folder. */
  public get calls(): string[] {
    const file = join(this.folder, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").replaceAll(this.folder, "").trimEnd().split("\n") : [];
  }

  /** Writes a file of the host. */
  public write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** The text of a file of the host, or nothing where there is none. */
  public read(path: string): string | undefined {
    const file = join(this.folder, path);
    return existsSync(file) ? readFileSync(file, "utf8").replaceAll(this.folder, "") : undefined;
  }
}
