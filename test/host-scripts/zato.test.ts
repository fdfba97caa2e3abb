import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { anyText } from "../support/arbitraries";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { parseEnvironmentFile } from "../support/systemd";

const folder = temporaryFolder();

/** Runs with the libraries for Zato and its database, in which the programs of the host are played by functions. */
function withZato(program: string): BashResult {
  return bash(
    `CONFIG=$2 STATE=$2/state work=$2/work entries=$2/entries scripts=$1
     . "$1/lib/manifest.sh"; . "$1/lib/files.sh"; record() { :; }; . "$1/lib/secrets.sh"; . "$1/lib/odb.sh"; . "$1/lib/zato.sh"
     chown() { :; }
     install() {
       local kept=()
       while [ $# -gt 0 ]; do
         case $1 in -o | -g) shift 2 ;; *) kept+=("$1"); shift ;; esac
       done
       command install "\${kept[@]}"
     }
     fail() { echo "failed: $1"; exit 1; }
     progress() { echo "-- $1"; }
     as_zato() { "$@"; }; as_zato_with_input() { "$@"; }
     own_cluster_folder() { mkdir -p "$(dirname "$(param path)")"; }
     ${program}`,
    [HOST_SCRIPTS, folder()],
  );
}

function given(parameters: Record<string, string>, secrets: Record<string, string> = {}): void {
  const write = (path: string[], text: string): void => {
    mkdirSync(join(folder(), ...path.slice(0, -1)), { recursive: true });
    writeFileSync(join(folder(), ...path), text);
  };
  mkdirSync(join(folder(), "work"), { recursive: true });
  Object.entries(parameters).forEach(([name, value]) => write(["entries", "param", name], value));
  Object.entries(secrets).forEach(([name, value]) => write(["secrets", "a", name], value));
}

describe("the environment of a server", () => {
  test("has secrets behind what is declared, quoted the way systemd reads them", () => {
    for (const secret of fc.sample(anyText, 30)) {
      // GIVEN
      given({ cluster: "a", environment_secrets: "Password redis_password" }, { redis_password: secret });
      mkdirSync(join(folder(), "entries", "file"), { recursive: true });
      writeFileSync(join(folder(), "entries", "file", "environment"), 'A="b"\n');

      // WHEN
      const { status, stdout } = withZato('. "$scripts/kinds/server.sh"; rendered_environment');

      // THEN
      expect([status, parseEnvironmentFile(stdout)]).toEqual([0, { A: "b", Password: secret }]);
    }
  });

  test("is what is declared where there are no secrets", () => {
    given({ cluster: "a", environment_secrets: "" });
    mkdirSync(join(folder(), "entries", "file"), { recursive: true });
    writeFileSync(join(folder(), "entries", "file", "environment"), 'A="b"\n');
    expect(withZato('. "$scripts/kinds/server.sh"; rendered_environment').stdout).toBe('A="b"\n');
  });
});

describe("zato from-config", () => {
  const PRINT = 'as_zato() { echo "$2"; cat "$3"; }; ';

  test("gets the command file with the secrets behind it, and no blank line, at which Zato would end with 16", () => {
    // GIVEN
    given(
      { cluster: "a", zato: "/opt/zato/3.3", command_secrets: "odb_password odb_password\nkey secret_key" },
      { odb_password: "a=b\"'$x", secret_key: "k==" },
    );
    writeFileSync(join(folder(), "create"), "command=create_odb\n\nodb_host=127.0.0.1");

    // WHEN
    const run = withZato(`${PRINT} zato_from_config "$2/create"; ls "$work/zato"`);

    // THEN
    expect(run).toMatchObject({
      status: 0,
      stdout: "from-config\ncommand=create_odb\nodb_host=127.0.0.1\nodb_password=a=b\"'$x\nkey=k==\n",
    });
  });

  test("takes other secrets where told so, and passes on how Zato ended, without leaving the file behind", () => {
    given({ cluster: "a", zato: "/opt/zato/3.3", password_secrets: "password web" }, { web: "s" });
    writeFileSync(join(folder(), "update"), "command=update_password");
    const run = withZato(
      `as_zato() { cat "$3"; return 7; }
       zato_from_config "$2/update" password_secrets || echo "status $?"; ls "$work/zato"`,
    );
    expect(run.stdout).toBe("command=update_password\npassword=s\nstatus 7\n");
  });
});

test.each([
  ["from-config", 'zato_from_config "$2/create"'],
  ["what an ODB is created with", "require_one_line odb_password"],
])("a secret that holds a line break is refused before Zato gets it: %s", (_, program) => {
  given({ cluster: "a", zato: "/opt/zato/3.3", command_secrets: "pw odb_password 1" }, { odb_password: "a\nb=c" });
  writeFileSync(join(folder(), "create"), "command=create_odb");
  const { status, stdout } = withZato(`as_zato() { echo "ran"; }; ${program}`);
  expect([status, stdout]).toEqual([1, expect.stringMatching(/^failed: the secret 'odb_password' holds a line break/)]);
});

/** What lets as_zato run commands as whoever runs the tests. */
function asOurselves(): string {
  writeFileSync(join(folder(), "setpriv"), '#!/bin/bash\nwhile [ "$1" != env ]; do shift; done; exec "$@"', { mode: 0o755 }); // prettier-ignore
  return '. "$1/lib/session.sh"; . "$1/lib/zato.sh"; cd() { :; }; PATH=$2:$PATH';
}

test.each(["kill -STOP $$", "sleep 60 & kill -STOP $$", "trap '' TERM; kill -STOP $$"])(
  "what runs as zato, and is stopped by what else does, ends all the same: %s",
  (stops) => {
    // GIVEN
    const given = `${asOurselves()}; exec 8<"$1"`;

    // WHEN
    const says = `said=$(at_most=1 as_zato bash -c 'echo said; [ ! -e /proc/self/fd/8 ] || echo locked; '"$3" || echo "status $?"); echo "$said"`;
    const { stdout } = bash(`${given}; ${says}`, [HOST_SCRIPTS, folder(), stops]);

    // THEN
    expect(stdout).toMatch(/^said\nstatus (124|137)\n$/);
  },
);

test("a process that what runs as zato leaves behind, with its output and errors, is not waited for", () => {
  // GIVEN
  const given = asOurselves();

  // WHEN
  const leaves = `left=$(at_most=1 as_zato setsid bash -c '(sleep 20; touch "$1/ended") & echo $!' _ "$2" 2>&1) || true`;
  const { stdout } = bash(`${given}; ${leaves}; ls "$2"; kill "$left"`, [HOST_SCRIPTS, folder()]);

  // THEN
  expect(stdout).toBe("setpriv\n");
});

describe("what is handed over to Zato", () => {
  const modes = (program: string): string[] =>
    withZato(`${program} >/dev/null; cd "$work/zato"; find . -printf '%m %P\\n'`).stdout.trimEnd().split("\n").sort();

  test("is read by its group, and changed by root alone", () => {
    given({ cluster: "a" });
    writeFileSync(join(folder(), "secret"), "s");
    expect(modes('for_zato "$2/secret"')).toEqual([`640 ${folder().replaceAll("/", ",")},secret`, "750 "]);
  });

  test("is so where it is a script of ours, with those that it imports", () => {
    given({ release: "zato-3" });
    expect(modes('. "$scripts/lib/release.sh"; script_for_zato admin.py')).toEqual(
      expect.arrayContaining(["640 python/admin.py", "640 python/objects.py", "750 ", "750 python"]),
    );
  });

  test("is of no release where an installation has none, without a word", () => {
    given({});
    const { status, stderr } = withZato(
      '. "$scripts/lib/release.sh"; script_for_zato admin.py; ls "$work/zato/python/admin.py" >/dev/null',
    );
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("is, to be hidden, each secret that a server knows, and nothing else", () => {
    given(
      { cluster: "a", command_secrets: "key secret_key 1", environment_secrets: "" },
      { secret_key: "k", other: "o" },
    );
    const copy = join(folder(), "work", "zato", `${folder().replaceAll("/", ",")},secrets,a,secret_key`);
    expect(withZato("server_secrets_for_zato").stdout).toBe(`${copy}\n`);
  });
});

describe("folders that lead to what is zato's", () => {
  const made = (program: string): string => withZato(`roots_folder() { echo "$*"; }; ${program}`).stdout;

  test("are root's, one in the other, for everybody to pass", () => {
    given({ cluster: "a" });
    expect(made("own_configuration_folder /nowhere/a")).toBe("/nowhere 0755 root\n/nowhere/a 0755 root\n");
  });

  test.each([
    ["is not there", "true", ""],
    ["is root's", "touch", ""],
    ["is zato's", "touch", "owner"],
    ["a group may write to", "touch", "group"],
    ["is a link of zato's to root's", "ln -s /etc/shadow", "link"],
    ["is a link of zato's to nothing", "ln -s /nowhere", "link"],
  ])(
    "GIVEN an environment file for all clusters that %s, WHEN their folder is made, THEN it is refused where others can change it",
    (_, make, ours) => {
      // GIVEN what is root's by name
      given({ cluster: "a" });
      mkdirSync(join(folder(), "zato"));
      const file = join(folder(), "zato", "zato.env");
      const host = `lies_in_roots() { [ '${ours}' != link ]; }
        find() { case '${ours}' in owner | group) echo "$2" ;; esac; }`;

      // WHEN
      const { status, stdout } = withZato(
        `${host}; roots_folder() { echo "$1"; }; ${make} '${file}'; own_configuration_folder "$2/zato/a"`,
      );

      // THEN
      const [first, second] = stdout.trimEnd().split("\n");
      expect([status, first]).toEqual([ours ? 1 : 0, join(folder(), "zato")]);
      expect(second).toBe(
        ours
          ? `failed: ${file} is read by root, and others can change it; see what it says, then: sudo chown root: ${file}; sudo chmod go-w ${file}`
          : join(folder(), "zato", "a"),
      );
    },
  );

  test.each([
    ["0750", "0750 zato"],
    ["0700", "0750 zato"],
    ["0754", "0750 zato"],
    ["0755", "0755 root"],
    ["0711", "0755 root"],
  ])("stay closed to others where they were: %s becomes %s", (before, after) => {
    given({ cluster: "a" });
    mkdirSync(join(folder(), "there"));
    symlinkSync("there", join(folder(), "link"));
    expect(made(`chmod ${before} "$2/there"; leading_folder "$2/there"; leading_folder "$2/link"`)).toBe(
      `${folder()}/there ${after}\n${folder()}/link ${after}\n`,
    );
  });
});

describe("what zato has put into the folder of a cluster while it could", () => {
  test("goes where it is a link that is not root's, be it to nowhere; all else stays", () => {
    // GIVEN that root's is what is called so
    const cluster = join(folder(), "env", "a");
    given({ cluster: "a", cluster_folder: cluster });
    mkdirSync(join(cluster, "server1"), { recursive: true });
    ["root", "redis", "server1/link"].forEach((name) => symlinkSync("/nowhere", join(cluster, name)));
    symlinkSync("..", join(cluster, "home"));

    // WHEN
    const { status } = withZato(
      `eval "$(sed -n '/^own_cluster_folder() {/,/^}/p' "$scripts/lib/zato.sh")"; leading_folder() { :; }
       find() { command find "\${@/#-user/-name}"; }
       own_cluster_folder`,
    );

    // THEN
    expect(status).toBe(0);
    expect([readdirSync(cluster).sort(), readdirSync(join(cluster, "server1"))]).toEqual([
      ["root", "server1"],
      ["link"],
    ]);
  });
});

describe("a folder of zato's own", () => {
  test("is made, and taken as it is", () => {
    given({ cluster: "a" });
    const program = 'folder_of_zato "$2/own"; touch "$2/own/kept"; folder_of_zato "$2/own"';
    expect(withZato(program).status).toBe(0);
    expect([statSync(join(folder(), "own")).mode & 0o777, readdirSync(join(folder(), "own"))]).toEqual([
      0o700,
      ["kept"],
    ]);
  });

  test.each(["theirs", "nowhere"])("is no link to a folder: %s", (target) => {
    given({ cluster: "a" });
    mkdirSync(join(folder(), "theirs"), { mode: 0o755 });
    symlinkSync(target, join(folder(), "own"));
    expect(withZato('folder_of_zato "$2/own"')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("own is a link, and must be a folder of zato's; move it away") as string,
    });
    expect(statSync(join(folder(), "theirs")).mode & 0o777).toBe(0o755);
  });
});

describe("SQL", () => {
  const CLIENTS = `POSTGRESQL=/none
    psql() { cat "$PGPASSFILE"; printf '%s\\n' "$@"; cat; }
    mysql() { cat "\${1#--defaults-extra-file=}"; printf '%s\\n' "$@"; cat; }
    `;
  const DATABASE = { cluster: "a", odb_host: "db", odb_port: "5432", odb_user: "owner", odb_name: "zato" };

  test("a password for PostgreSQL is escaped in its file, and on no command line", () => {
    given({ ...DATABASE, odb_engine: "postgresql" }, { odb_password: "a:b\\c'\"$d" });
    const { stdout } = withZato(`${CLIENTS} sql 'select 1'`);
    expect(stdout.split("\n")[0]).toBe("*:*:*:*:a\\:b\\\\c'\"$d");
    expect(stdout.match(/\$d/g)).toHaveLength(1);
    expect(stdout).toMatch(/-h\ndb\n-p\n5432\n-U\nowner\n-d\nzato\nselect 1\n$/);
  });

  test.each([
    ["127.0.0.1", "!password"],
    // To clients of 17 an empty one is a mistake.
    ["db", "unset"],
  ])("a password for PostgreSQL at %s is sent in clear to none of this machine: '%s'", (odb_host, required) => {
    given({ ...DATABASE, odb_host, odb_engine: "postgresql" }, { odb_password: "s" });
    const { stdout } = withZato(`POSTGRESQL=/none; psql() { printf '%s' "\${PGREQUIREAUTH-unset}"; }; sql 'select 1'`);
    expect(stdout).toBe(required);
  });

  test("a password for MySQL is escaped in its file, and on no command line", () => {
    given({ ...DATABASE, odb_engine: "mysql" }, { odb_password: "a\\b\"c'#$d" });
    const { stdout } = withZato(`${CLIENTS} sql 'select 1'`);
    expect(stdout.split("\n").slice(0, 2)).toEqual(["[client]", `password="a\\\\b\\"c'#$d"`]);
    expect(stdout.match(/\$d/g)).toHaveLength(1);
  });

  test("a database server without TLS, or with a certificate of its own, is reached by MariaDB's client, which demands more; MySQL's does not know the option", () => {
    given({ ...DATABASE, odb_engine: "mysql" }, { odb_password: "s" });
    const { stdout } = withZato(`${CLIENTS} sql 'select 1'`);
    expect(stdout.split("\n").slice(2, 4)).toEqual(["[client-mariadb]", "disable-ssl-verify-server-cert"]);
  });

  test.each([
    ["the newest of several", ["9.6", "15", "17"], "/17/bin/psql"],
    ["the only one", ["16"], "/16/bin/psql"],
    ["what is on the PATH, where none is in PostgreSQL's own place,", [], "psql"],
  ])("of PostgreSQL goes by %s", (_, versions, expected) => {
    const root = join(folder(), "postgresql");
    for (const version of versions) {
      mkdirSync(join(root, version, "bin"), { recursive: true });
      writeFileSync(join(root, version, "bin/psql"), "", { mode: 0o755 });
    }
    // Of which there is a server, but no client.
    mkdirSync(join(root, "18/bin"), { recursive: true });
    const { stdout } = withZato(`POSTGRESQL=${root}; postgresql_program psql`);
    expect(stdout.replace(root, "")).toBe(expected);
  });

  test.each([
    ["postgresql", "psql"],
    ["mysql", "mysql"],
  ])("of %s goes by a client that has no more rights than zato, who could make it run commands", (engine, client) => {
    given({ ...DATABASE, odb_engine: engine }, { odb_password: "s" });
    const { stdout } = withZato("POSTGRESQL=/none; as_zato_with_input() { echo \"as zato: $1\"; }; sql 'select 1'");
    expect(stdout).toBe(`as zato: ${client}\n`);
  });

  test.each([
    ["postgresql", '"cluster"'],
    ["mysql", "`cluster`"],
  ])("words of SQL are quoted as %s does it", (engine, quoted) => {
    given({ odb_engine: engine });
    expect(withZato("odb_quoted cluster").stdout).toBe(quoted);
  });

  test.each([
    ["1", 0],
    ["", 1],
  ])("a row is there when the database prints %j", (answer, status) => {
    given({ odb_engine: "postgresql" });
    expect(withZato(`sql() { printf '%s' "${answer}"; }; odb_has_row cluster a`).status).toBe(status);
  });
});

describe("the password of the ODB, when another one is declared,", () => {
  /** A local database, or one elsewhere, that takes one password: the word in the file "takes". */
  const settle = (more = ""): BashResult =>
    withZato(
      `odb_sql() { [ "$(cat "$1")" = "$(cat "${folder()}/takes")" ]; }
       set_local_password() { cp "$(secret_file odb_password)" "${folder()}/takes"; echo "password set"; }
       put_file() { cp "$1" "$2"; }
       wait_until() { shift 2; "$@"; }
       . "$1/kinds/odb.sh"
       keep_former odb_password; cp "$2/declared" "$(secret_file odb_password)"
       settle_password
       echo "in use: $(cat "$(secret_in_use odb_password)")"
       ${more}`,
    );
  const declare = (takes: string, declared: string, local: boolean): void => {
    given(
      { cluster: "a", odb_local: String(local), odb_engine: "postgresql", odb_user: "u", odb_name: "d", odb_host: "h" },
      { odb_password: "old" },
    );
    writeFileSync(join(folder(), "takes"), takes);
    writeFileSync(join(folder(), "declared"), declared);
  };

  test("is the former one until the first server has stopped for it; a run that was cut off changes nothing of that", () => {
    declare("old", "new", true);
    expect(settle().stdout).toBe("in use: old\n");
    expect(settle("adopt_odb_password; cat $2/takes; adopt_odb_password").stdout).toBe(
      "in use: old\n-- changing the password of the database user u\npassword set\nnew",
    );
    expect(settle().stdout).toBe("in use: new\n");
  });

  test("of a database elsewhere must be known there already", () => {
    declare("new", "new", false);
    expect(settle().stdout).toBe("in use: new\n");
    declare("old", "new", false);
    expect(settle()).toMatchObject({ status: 1, stdout: expect.stringContaining("cannot be used by u") as string });
  });

  test("is set at once where the local database takes neither: at first, or when somebody has changed it", () => {
    declare("by hand", "new", true);
    expect(settle().stdout).toBe("password set\nin use: new\n");
  });
});

describe("the admin API", () => {
  /** A server that lets in whoever has this password. */
  const ask = (letsIn: string, more = "admin here:1 report"): string =>
    withZato(
      `python_as_zato() { [ "$2" = http://here:1 ] && [ "$(cat "$3")" = ${letsIn} ] && echo "$4 by $(cat "$3")"; }; ${more}`,
    ).stdout;

  test("is asked with the former password while that is being changed, and with the new one as soon as the server takes it", () => {
    given({ cluster: "a" }, { admin_invoke_password: "new", "admin_invoke_password.former": "old" });
    expect(ask("old")).toBe("report by old\n");
    expect(ask("new")).toBe("report by new\n");
  });

  test("is asked with the only one where none is being changed", () => {
    given({ cluster: "a" }, { admin_invoke_password: "new" });
    expect([ask("new"), ask("old")]).toEqual(["report by new\n", ""]);
  });

  test.each(["old", "new"])(
    "has its password changed where a try that was cut off has left servers with the %s one",
    (known) => {
      // GIVEN
      given({ cluster: "a" }, { admin_invoke_password: "new", "admin_invoke_password.former": "old" });

      // WHEN
      const said = ask(known, '. "$scripts/release/zato-3/admin.sh"; sql() { echo 1; }; change_admin_password here:1');

      // THEN
      expect(said).toBe(`change-password by ${known}\n`);
    },
  );
});

describe("creating a folder", () => {
  const program = (cli: string): string => `
    state=$2/state; mkdir -p "$state"
    zato_from_config() { echo "zato $1"; ${cli} }
    create_directory "$2/create"`;

  beforeEach(() => {
    given({ path: join(folder(), "env", "server1"), cluster: "a" });
    writeFileSync(join(folder(), "create"), "command=create_server");
  });

  const ok = 'touch "$(param path)/.zato-info";';

  test("is done once, and again where the stamp of ours is missing: Zato leaves folders that look complete", () => {
    expect(withZato(program(ok)).stdout).toContain(`zato ${folder()}/create`);
    expect(withZato(program(ok)).stdout).toBe("");
    expect(withZato(`rm "$2/state/created"; ${program(ok)}`).stdout).toContain("zato ");
    expect(withZato(`rm -r "$2/env"; ${program(ok)}`).stdout).toContain("zato ");
  });

  test("is done again for another secret or another database; logs stay", () => {
    // GIVEN
    const server = (odb: string, secret: string): string => {
      given(
        { path: join(folder(), "env", "server1"), cluster: "a", command_secrets: "jwt_secret jwt 1" },
        { jwt: secret },
      );
      writeFileSync(join(folder(), "create"), `command=create_server\nthreads=${Math.random()}\nodb_host=${odb}`);
      return withZato(program('mkdir "$(param path)/logs"; touch "$(param path)/.zato-info" "$(param path)/logs/new";'))
        .stdout;
    };
    expect(server("db1", "one")).toContain("zato ");
    writeFileSync(join(folder(), "env", "server1", "logs", "server.log"), "what was");

    // THEN
    expect(server("db1", "one")).toBe("");
    expect(server("db1", "two")).toContain("zato ");
    expect(server("db1", "two")).toBe("");
    expect(server("db2", "two")).toContain("zato ");
    expect(readFileSync(join(folder(), "env", "server1", "logs", "server.log"), "utf8")).toBe("what was");
  });

  test.each([
    ["Zato fails", "return 3;", "could not create .* \\(exit status 3\\)"],
    ["Zato leaves no .zato-info", ":;", "without .zato-info"],
  ])("fails where %s, and begins anew the next time", (_, cli, message) => {
    const run = withZato(program(cli));
    expect(run.stdout).toMatch(new RegExp(`failed: Zato .*${message}`));
    expect(withZato(program(ok)).stdout).toContain("zato ");
  });
});
