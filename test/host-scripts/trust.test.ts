import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

interface Line {
  readonly where: string;
  readonly text: string;
}

/** All commands of the scripts that run on hosts, without comments, continued lines in one. */
const LINES: readonly Line[] = readdirSync(HOST_SCRIPTS, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".sh"))
  .flatMap((file) =>
    readFileSync(join(HOST_SCRIPTS, file), "utf8")
      .replaceAll(/\\\n\s*/g, " ")
      .split("\n")
      .filter((line) => !/^\s*#/.test(line))
      .map((line) => ({ where: file, text: line.trim() })),
  );

/** Lines with a pattern, but for those that have one of the others. */
function lines(pattern: RegExp, ...others: RegExp[]): string[] {
  return LINES.filter(({ text }) => pattern.test(text) && !others.some((other) => other.test(text))).map(
    ({ where, text }) => `${where}: ${text}`,
  );
}

const MESSAGE = /^(\S+ (\|\||&&) |\|\| )*(fail|progress|found|say|echo) |(\|\||&&) (fail|progress|found|say) /;

describe("root's scripts", () => {
  test("give nothing to zato but a new folder for a component", () => {
    expect(lines(/-o "?zato|chown.*zato[: ]/)).toEqual([
      // A password of its own, for a program that it runs.
      'lib/zato.sh: install -m 0600 -o zato -g zato /dev/null "$work/zato/$1"',
      'lib/zato.sh: install -d -m 0700 -o zato -g zato "$1"',
    ]);
  });

  test("change the owner and mode of many files at once where root alone could exchange one for a link meanwhile", () => {
    expect(lines(/\bch(own|mod|grp) (\S+ )*-\w*R|(-exec|xargs).*\bch(own|mod|grp)\b|\bsetfacl\b/)).toEqual([
      // Folders below root's own, 0700, and that of backups, which is looked at before.
      'lib/ledger.sh: chown -hR root:root "$1"',
      'lib/ledger.sh: chmod -R go= "$1"',
    ]);
  });

  test("run the programs of databases as zato or postgres, since what is in a database could make them run commands", () => {
    const programs = /\b(?<!-)(psql|pg_dump|pg_restore|mysql|mysqldump|mariadb)\b(?![)-])/;
    expect(lines(programs, /as_zato|odb_client "|runuser -u postgres/, MESSAGE)).toEqual([]);
  });

  test("run Zato's own programs as zato, or, for packages, as a user who is nobody else", () => {
    expect(lines(/\/bin\/(py|python|zato)\b/, /as_zato/, /-x "/, MESSAGE)).toEqual([
      expect.stringMatching(/^lib\/requirements.sh: foreign systemd-run .* -p DynamicUser=yes /),
      expect.stringMatching(/^lib\/trial.sh: foreign systemd-run .* "\$\{properties\[@\]\/#\/--property=\}" /),
    ]);
    // The trial runs as the server's own unit does.
    const unit = "[Service]\nType=exec\nUser=zato\nExecStart=/bin/x\nNoNewPrivileges=yes\n[Install]\n";
    const confinement = `. "$1/lib/trial.sh"; printf '${unit.replaceAll("\n", "\\n")}' >"$2/unit"; confinement "$2/unit"`;
    expect(bash(confinement, [HOST_SCRIPTS, folder()]).stdout).toBe("User=zato\nNoNewPrivileges=yes\n");
  });

  test("keep the time themselves of what runs as zato, who can stop all that is his", () => {
    expect(lines(/\bsetpriv --reuid|\bchroot --userspec|\bas_\w+ timeout\b/, /\bin_time (setpriv|unshare) /)).toEqual([
      // Inside of `in_time unshare`, and the words of a command that begins with in_time.
      expect.stringMatching(/^lib\/image.sh: exec setpriv /),
      expect.stringMatching(/^places\/existing.sh: printf '%s\\n' setpriv --reuid "\$owner" /),
    ]);
    expect(lines(/\bunshare --mount/).filter((line) => !line.includes("in_time unshare"))).toEqual([]);
    expect(lines(/"\$\{there\[@\]\}"/)).toEqual([expect.stringContaining('in_time "${there[@]}" /bin/sh -c')]);
  });

  test("read for a time only what they hand to somebody else's program, who may keep it from being read", () => {
    const handed = /[^|]\| (\(cd \/ && )?(\w+=\w+ )*(in_time|as_zato\w*|"\$\{as\[@\]\}") /;
    expect(lines(handed, /\| passed_on \| /)).toEqual([
      // A command or two, for which there is room.
      expect.stringMatching(/^lib\/haproxy.sh: printf '%s\\n' "\$2" \| /),
    ]);
  });

  test("let go on for ever what somebody listens to, and what ends with the run", () => {
    expect(lines(/\b(in_time|passed_on)\(\)|\bat_most=0/, /^(in_time|passed_on)\(\) \{$/)).toEqual([
      'logs.sh: in_time() { foreign "$@"; }',
      "logs.sh: passed_on() { cat; }",
      'release/zato-3/content.sh: exec {ear}> >(at_most=0 as_zato_with_input /usr/bin/python3 -I -B "$script" "$port")',
    ]);
  });

  test("do what concerns the inside of a component's folder as zato, and only move it as a whole", () => {
    const inside = /\$\(param path\)\/|\$path\/|server_conf\)|server_path\)/;
    expect(lines(inside, /as_zato/, MESSAGE)).toEqual([
      // In a folder of root's: the path of the first server's folder.
      'export.sh: sed -n 1p "$(param_file server_paths)" >"$(param_file server_path)"',
      `lib/server-log.sh: printf '%s' "$(param path)/logs/server.log"`,
      'lib/zato.sh: [ -L "$path/logs" ] || [ ! -d "$path/logs" ] || [ -d "$path.logs" ] || mv -T "$path/logs" "$path.logs"',
      'lib/zato.sh: mv -T "$path.logs" "$path/logs"',
      // Only named here, and looked at as zato.
      'lib/zato.sh: record created "$(param path)/config/repo/$name"',
      `release/zato-3/components.sh: printf '%s' "$(param path)/config/repo/server.conf"`,
      `release/zato-4/components.sh: printf '%s' "$(param path)/config/repo/server.conf"`,
    ]);
  });
});

describe("a place", () => {
  const lies = (path: string): number | null =>
    bash('. "$1/lib/files.sh"; lies_in_roots "$2"', [HOST_SCRIPTS, path]).status;

  test("lies in folders that root alone can change", () => {
    expect(lies("/usr/bin/env")).toBe(0);
  });

  test("lies in a folder, or is reached through a link to one, that others can change", () => {
    mkdirSync(join(folder(), "a"), { mode: 0o777 });
    writeFileSync(join(folder(), "a", "b"), "");
    symlinkSync("a/b", join(folder(), "link"));
    expect([lies(join(folder(), "a", "b")), lies(join(folder(), "link"))]).not.toContain(0);
  });

  test.each([
    ["root's", "drwxr-xr-x root", "lrwxrwxrwx root", 0],
    ["somebody else's", "drwxr-xr-x root", "lrwxrwxrwx zato", 1],
    ["root's, in a folder that others can change,", "drwxr-xrwx root", "lrwxrwxrwx root", 1],
    ["root's, in a folder that a group can change,", "drwxrwxr-x root", "lrwxrwxrwx root", 1],
  ])("that is reached through a link of %s", (_, above, link, expected) => {
    const namei = `namei() { printf '%s\\n' 'f: a' '${above} a' '${link} a' last; }`;
    expect(bash(`. "$1/lib/files.sh"; ${namei}; lies_in_roots a`, [HOST_SCRIPTS]).status).toBe(expected);
  });
});

test("a file is root's alone where what it leads to is, too", () => {
  const file = join(folder(), "file");
  writeFileSync(file, "");
  symlinkSync("file", join(folder(), "link"));
  const isRoots = (mode: string, name: string): number | null =>
    bash(
      `. "$1/lib/files.sh"; lies_in_roots() { :; }; find() { command find "\${@/#root/$(id -un)}"; }
       chmod ${mode} "$2"; is_roots_file "$3"`,
      [HOST_SCRIPTS, file, join(folder(), name)],
    ).status;
  expect(["0640", "0660", "0602"].map((mode) => [isRoots(mode, "file"), isRoots(mode, "link")])).toEqual([
    [0, 0],
    [1, 1],
    [1, 1],
  ]);
});

test("code that is not root's, or that others can change, is found", () => {
  const tree = join(folder(), "tree");
  mkdirSync(tree, { mode: 0o755 });
  const isRoots = (mode: string): number | null =>
    bash(
      `. "$1/lib/files.sh"; find() { command find "$1" ! -type l -perm /022; }; chmod ${mode} "$2"; is_roots_tree "$2"`,
      [HOST_SCRIPTS, tree],
    ).status;
  expect([isRoots("0750"), isRoots("0770"), isRoots("0757")]).toEqual([0, 1, 1]);
});
