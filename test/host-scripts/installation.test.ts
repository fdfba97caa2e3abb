import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const ZATO = "/opt/zato/3.3";
const BUILDS = "/opt/zato/builds";

/** Where a build with a name lies. */
const build = (name: string): string => `${BUILDS}/${createHash("sha256").update(name).digest("hex")}`;

/** A host on which nothing is root's but by name, and imports of Zato end as told. */
function host(imports = "true"): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.program("curl", `while [ "$1" != -o ]; do shift; done; cp '${folder()}/archive.tar' "$2"`);
  ["apt-mark", "dpkg-query"].forEach((name) => sandbox.program(name));
  sandbox.program("gpg", "exit 1");
  sandbox.note("need_haproxy", "install_packages", "purge_if_ours", "need_packages");
  sandbox.define(`
    is_roots_tree() { [ -d "$1" ] && [ ! -e "$1/writable" ]; }
    own_tree() { printf 'own_tree %s\\n' "$1" >>'${folder()}/calls'; rm -f "$1/writable"; }
    as_zato_in() { printf 'imported %s\\n' "$1" >>'${folder()}/calls'; ${imports}; }`);
  return sandbox;
}

/** An archive as it is downloaded: its hash. */
function archive(text = "one", entry = "bin/py"): string {
  const root = join(folder(), "archive", text);
  mkdirSync(join(root, "bin"), { recursive: true });
  writeFileSync(join(root, entry), `#!/bin/sh\n# ${text}\n`, { mode: 0o755 });
  const file = join(folder(), "archive.tar");
  execFileSync("tar", ["-c", "-f", file, "-C", root, "."]);
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function converge(
  sandbox: Sandbox,
  parameters: Readonly<Record<string, string>>,
  files = {},
  name = "zato",
): BashResult {
  const common = { host: "host1", label: "zato", zato: ZATO, folder: "", packages: "" };
  return sandbox.converge("installation", name, renderManifest({ parameters: { ...common, ...parameters }, files }));
}

const fromArchive = (sha256: string, name: string = sha256): Record<string, string> => ({
  method: "archive",
  url: "https://example.org/zato.tar",
  sha256,
  folder: build(name),
});

/** What lies beside our notes while a build comes, but for a whole archive. */
const onTheWay = (): string[] =>
  readdirSync(join(folder(), "var/lib/cdktf-zato")).filter((name) =>
    /^(archive-.*\.part|archive-.$|image-)/.test(name),
  );

const downloads = (sandbox: Sandbox): number => sandbox.calls.filter((call) => call.startsWith("curl")).length;

describe("an archive", () => {
  test("becomes a build of its own, given to root, tried, and found at the path by links", () => {
    const sandbox = host();
    const parameters = fromArchive(archive(), "one");
    expect(converge(sandbox, parameters).status).toBe(0);
    expect(sandbox.read(`${build("one")}/bin/py`)).toContain("# one");
    expect(sandbox.read(`${ZATO}/bin/py`)).toContain("# one");
    expect(sandbox.read("/opt/zato/current/bin/py")).toContain("# one");
    expect(sandbox.calls).toEqual(expect.arrayContaining([`own_tree ${build("one")}.new`, `imported ${build("one")}`]));
    expect(existsSync(join(folder(), "var/lib/cdktf-zato", `archive-${parameters.sha256!}`))).toBe(false);
  });

  test("is found at the path again, when somebody has led a link elsewhere", () => {
    const sandbox = host();
    const parameters = fromArchive(archive(), "one");
    converge(sandbox, parameters);
    const link = join(folder(), ZATO, "bin");
    rmSync(link);
    symlinkSync("/nowhere", link);
    expect(converge(sandbox, parameters).status).toBe(0);
    expect(sandbox.read(`${ZATO}/bin/py`)).toContain("# one");
  });

  test("is neither downloaded nor unpacked again, unless somebody else could have changed the build", () => {
    const sandbox = host();
    const parameters = fromArchive(archive(), "one");
    converge(sandbox, parameters);
    converge(sandbox, parameters);
    expect(downloads(sandbox)).toBe(1);
    sandbox.write(`${build("one")}/writable`, "");
    sandbox.write(`${build("one")}/bin/evil`, "");
    converge(sandbox, parameters);
    expect([downloads(sandbox), sandbox.read(`${build("one")}/bin/evil`)]).toEqual([2, undefined]);
  });

  test("comes to a host that has no folder of Zato's yet: it is made, for everybody to pass and for nobody to write to", () => {
    // GIVEN
    const sandbox = host();
    rmdirSync(join(folder(), "opt/zato"));

    // WHEN
    expect(converge(sandbox, fromArchive(archive())).status).toBe(0);

    // THEN
    expect(["opt/zato", "opt/zato/builds"].map((name) => statSync(join(folder(), name)).mode & 0o777)).toEqual([
      0o755, 0o755,
    ]);
    expect(sandbox.read("/var/lib/cdktf-zato/created-home")).toBe("");
  });

  test("of another hash is not unpacked", () => {
    const sandbox = host();
    archive();
    const { status, stdout } = converge(sandbox, fromArchive("0".repeat(64), "one"));
    expect([status, sandbox.read(`${build("one")}/bin/py`)]).toEqual([1, undefined]);
    expect(stdout).toMatch(/zato.tar has SHA-256 [0-9a-f]{64} instead of 0{64}; nothing was unpacked/);
  });

  test("that cannot be downloaded is named", () => {
    const sandbox = host();
    sandbox.program("curl", "exit 22");
    expect(converge(sandbox, fromArchive(archive())).stdout).toContain("example.org/zato.tar cannot be downloaded");
  });

  test("leaves a Zato alone that somebody else has put at the path", () => {
    const sandbox = host();
    sandbox.write(`${ZATO}/bin/py`, "theirs");
    expect(converge(sandbox, fromArchive(archive())).stdout).toContain(
      "holds a Zato that did not come from an archive",
    );
    expect([sandbox.read(`${ZATO}/bin/py`), downloads(sandbox)]).toEqual(["theirs", 0]);
  });

  test("needs as much space as two of the largest build", () => {
    const sandbox = host();
    sandbox.program("df", "echo Avail; echo 9");
    sandbox.program("du", `printf '3\\tx\\n5\\ty\\n'`);
    expect(converge(sandbox, fromArchive(archive())).stdout).toMatch(/there are 9 MiB free .* needs 10 MiB/);
    sandbox.program("df", "echo Avail; echo 10");
    expect(converge(sandbox, fromArchive(archive())).status).toBe(0);
  });

  test("that would fill the disk on its way is given up before, and leaves nothing there", () => {
    // GIVEN
    const sandbox = host();
    sandbox.program("df", `echo "Avail Size"; echo "$((1000 - $(du -sk '${folder()}/var' | cut -f 1))) 2000"`, false);
    sandbox.program("curl", 'while [ "$1" != -o ]; do shift; done; for one in {1..60}; do head -c 100000 /dev/zero >>"$2"; sleep 0.02; done'); // prettier-ignore

    // WHEN
    const { status, stdout } = converge(sandbox, fromArchive(archive(), "one"));

    // THEN
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/too little space in \S+\/var\/lib\/cdktf-zato: .* the 0 MiB that can be used/),
    ]);
    expect(onTheWay()).toEqual([]);
  });

  test("that comes to nothing ends, and is downloaded with an end to waiting", () => {
    // GIVEN
    const sandbox = host();
    sandbox.program("curl", "exec sleep 60");
    sandbox.define("at_most=1");

    // WHEN
    const { status, stdout } = converge(sandbox, fromArchive(archive(), "one"));

    // THEN
    expect([status, stdout]).toEqual([1, expect.stringContaining(" cannot be downloaded")]);
    expect(sandbox.calls.find((call) => call.startsWith("curl"))).toContain("--speed-limit 1000 --speed-time 120 ");
  });

  test("that cannot be unpacked leaves nothing in the place of the build", () => {
    const sandbox = host();
    sandbox.program("tar", "exit 2");
    expect(converge(sandbox, fromArchive(archive(), "one")).stdout).toContain("zato.tar cannot be unpacked to");
    expect(onTheWay()).toEqual([]);
    expect(readdirSync(join(folder(), BUILDS))).toEqual([]);
  });

  test("that came whole before a run was killed is not downloaded again, and what else it left is gone", () => {
    // GIVEN
    const sandbox = host();
    const sha256 = archive();
    const left = ["archive-0.part", "archive-1", "image-2/blob", `archive-${sha256}.part`];
    left.forEach((name) => sandbox.write(`/var/lib/cdktf-zato/${name}`, ""));
    sandbox.write(`${BUILDS}/two.new/bin/py`, "");
    copyFileSync(join(folder(), "archive.tar"), join(folder(), "var/lib/cdktf-zato", `archive-${sha256}`));

    // WHEN
    expect(converge(sandbox, fromArchive(sha256, "one")).status).toBe(0);

    // THEN
    const builds = readdirSync(join(folder(), BUILDS)).map((name) => `${BUILDS}/${name}`);
    expect([downloads(sandbox), onTheWay(), builds]).toEqual([0, [], [build("one")]]);
  });

  test("with no Zato in it, or one that cannot be imported, is none", () => {
    expect(converge(host(), fromArchive(archive("none", "bin/other"))).stdout).toMatch(
      /no Zato in .*: bin\/py is missing/,
    );
  });

  test("whose server cannot be imported is incomplete", () => {
    expect(converge(host("false"), fromArchive(archive())).stdout).toContain("its server cannot be imported");
  });

  test("leaves the build that is in use as the way back, and forgets the one before", () => {
    const sandbox = host();
    const deploy = (name: string): BashResult => converge(sandbox, fromArchive(archive(name), name));
    // A server runs the declared build.
    const inUse = (name: string): void =>
      sandbox.write("/var/lib/cdktf-zato/components/a-server1/manifest", `|${folder()}${build(name)}\n`);
    deploy("one");
    inUse("one");
    deploy("two");
    expect(sandbox.read(`${build("one")}/bin/py`)).toContain("# one");
    inUse("two");
    deploy("three");
    expect([sandbox.read(`${build("one")}/bin/py`), sandbox.read(`${build("two")}/bin/py`)]).toEqual([
      undefined,
      expect.stringContaining("# two"),
    ]);
    expect(sandbox.read(`${ZATO}/bin/py`)).toContain("# three");
  });

  test("is unpacked anew after a removal that was cut off in the middle", () => {
    // GIVEN
    const sandbox = host();
    converge(sandbox, fromArchive(archive(), "one"));
    sandbox.program("rm", `case $* in *${build("one")}*) /bin/rm -rf '${folder()}${build("one")}'*/bin; exit 1 ;; *) exec /bin/rm "$@" ;; esac`); // prettier-ignore
    expect(sandbox.run("remove.sh", "installation", "zato").status).not.toBe(0);

    // WHEN
    sandbox.program("rm", 'exec /bin/rm "$@"');
    expect(converge(sandbox, fromArchive(archive(), "one"))).toMatchObject({ status: 0 });

    // THEN
    expect(sandbox.read(`${build("one")}/bin/py`)).toBeDefined();
    expect(existsSync(join(folder(), `${build("one")}.gone`))).toBe(false);
  });

  test("goes with its links when it is removed", () => {
    const sandbox = host();
    converge(sandbox, fromArchive(archive(), "one"));
    expect(sandbox.run("remove.sh", "installation", "zato").status).toBe(0);
    expect([BUILDS, ZATO, "/opt/zato/current"].map((path) => existsSync(join(folder(), path)))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("what somebody else has put", () => {
  const THEIRS = [`${ZATO}/logs/theirs`, `${ZATO}/theirs`, `${BUILDS}/theirs/file`];

  test("beside links to a build and beside builds stays, in deploys and when they go, which is said", () => {
    // GIVEN
    const sandbox = host();
    converge(sandbox, fromArchive(archive("one"), "one"));
    THEIRS.forEach((file) => sandbox.write(file, "theirs"));

    // WHEN
    converge(sandbox, fromArchive(archive("two"), "two"));
    converge(sandbox, fromArchive(archive("three"), "three"));

    // THEN
    expect(sandbox.read(`${ZATO}/bin/py`)).toContain("# three");
    expect(existsSync(join(folder(), build("one")))).toBe(false);

    // WHEN
    const { status, stdout } = sandbox.run("remove.sh", "installation", "zato");

    // THEN
    expect([status, stdout]).toEqual([0, expect.stringMatching(/left: in .*\/opt\/zato\/3.3 is what is not of this library: (logs theirs|theirs logs) \n/)]); // prettier-ignore
    expect(THEIRS.map((file) => sandbox.read(file))).toEqual(["theirs", "theirs", "theirs"]);
    expect([`${ZATO}/bin`, `${ZATO}/.cdktf-zato`, "/opt/zato/current"].map((path) => existsSync(join(folder(), path)))).toEqual([false, false, false]); // prettier-ignore
  });

  test("in the place of what a build has is named", () => {
    const sandbox = host();
    sandbox.write(`${ZATO}/.cdktf-zato`, "");
    sandbox.write(`${ZATO}/bin`, "theirs");
    expect(converge(sandbox, fromArchive(archive())).stdout).toMatch(
      /\/opt\/zato\/3.3\/bin is not of this library, and in the way of Zato's; move it away/,
    );
    expect(sandbox.read(`${ZATO}/bin`)).toBe("theirs");
  });

  test("at the path before the first deploy, which failed for it, stays when that is taken back", () => {
    const sandbox = host();
    sandbox.write(`${ZATO}/bin/py`, "theirs");
    expect(converge(sandbox, fromArchive(archive())).status).toBe(1);
    expect(sandbox.run("remove.sh", "installation", "zato").status).toBe(0);
    expect(sandbox.read(`${ZATO}/bin/py`)).toBe("theirs");
  });
});

describe("the user zato", () => {
  const made = (sandbox: Sandbox): string[] => sandbox.calls.filter((call) => /^(user|group)add/.test(call));

  function hostWith(user: boolean, group: boolean): Sandbox {
    const sandbox = host();
    ["useradd", "groupadd"].forEach((name) => sandbox.program(name));
    sandbox.program("id", `[ "$*" != zato ] || exit ${user ? 0 : 1}; echo zato`, false);
    sandbox.program("getent", `exit ${group ? 0 : 2}`, false);
    converge(sandbox, fromArchive(archive()));
    return sandbox;
  }
  const noted = (sandbox: Sandbox): boolean[] =>
    ["created-user-zato", "created-group-zato"].map(
      (stamp) => sandbox.read(`/var/lib/cdktf-zato/${stamp}`) !== undefined,
    );

  test("is made where it is missing, cannot log in, and is noted as ours", () => {
    const sandbox = hostWith(false, false);
    expect(made(sandbox).map((call) => call.split(" ")[0])).toEqual(["groupadd", "useradd"]);
    expect(made(sandbox)[1]).toMatch(/--system --gid zato .*--no-create-home --shell \/usr\/sbin\/nologin zato/);
    expect(noted(sandbox)).toEqual([true, true]);
  });

  test("joins a group that is there, which stays somebody else's", () => {
    const sandbox = hostWith(false, true);
    expect([made(sandbox).length, noted(sandbox)]).toEqual([1, [true, false]]);
  });

  test("is left as it is where it is there", () => {
    const sandbox = hostWith(true, true);
    expect([made(sandbox), noted(sandbox)]).toEqual([[], [false, false]]);
  });
});

test.each([
  ["that has got a shell cannot log in any more", "zato", "/bin/bash", ["usermod --shell /usr/sbin/nologin zato"]],
  ["that was added to groups leaves them", "zato docker", "/usr/sbin/nologin", ["usermod --gid zato --groups  zato"]],
  ["stays as it is", "zato", "/usr/sbin/nologin", []],
])("a user zato of ours %s", (_, groups, shell, expected) => {
  // GIVEN
  const sandbox = host();
  sandbox.program("usermod");
  sandbox.program("id", `echo ${groups}`, false);
  sandbox.program("getent", `echo zato:x:999:999::/opt/zato:${shell}`, false);
  sandbox.write("/var/lib/cdktf-zato/created-user-zato", "");

  // WHEN
  expect(converge(sandbox, fromArchive(archive())).status).toBe(0);

  // THEN
  expect(sandbox.calls.filter((call) => call.startsWith("usermod"))).toEqual(expected);
});

describe("a package", () => {
  const PACKAGE = { method: "repository", package: "zato", version: "3.3", url: "https://example.org/apt" };
  const FILES = { signing_key: "key", sources: "deb https://example.org/apt\n" };
  const SOURCES = "/etc/apt/sources.list.d/cdktf-zato.list";
  const KEYRING = "/etc/apt/keyrings/cdktf-zato.gpg";

  function hostWith(version: string): Sandbox {
    const sandbox = host();
    sandbox.program("dpkg-query", `printf '%s' '${version}'`);
    sandbox.write(`${ZATO}/bin/py`, "");
    chmodSync(join(folder(), ZATO, "bin/py"), 0o755);
    ["etc/apt/keyrings", "etc/apt/sources.list.d"].forEach((name) =>
      mkdirSync(join(folder(), name), { recursive: true }),
    );
    return sandbox;
  }

  test("is installed at its version, and held there", () => {
    const sandbox = hostWith("3.2");
    expect(converge(sandbox, PACKAGE, FILES).status).toBe(0);
    const { calls } = sandbox;
    expect([calls, sandbox.read(SOURCES)]).toEqual([expect.arrayContaining(["apt-mark hold zato"]), FILES.sources]);
    expect(calls.find((call) => call.startsWith("install_packages"))).toMatch(/zato=3\.3$/);
  });

  /** Another cluster on the host whose code is the same. */
  function neighbour(sandbox: Sandbox): void {
    const parameters = { ...PACKAGE, host: "host1", label: "zato", zato: ZATO, folder: "", packages: "" };
    const manifest = renderManifest({ parameters, files: FILES });
    expect(sandbox.converge("installation", "b-zato", manifest).status).toBe(0);
  }
  const left = (sandbox: Sandbox): boolean[] =>
    [SOURCES, KEYRING, `${ZATO}/bin/py`, "/opt/zato/current/bin/py"].map((file) => sandbox.read(file) !== undefined);

  test("that another cluster on the host runs from stays when one of them goes, held, with its source, until the last one goes", () => {
    // GIVEN
    const sandbox = hostWith("3.3");
    expect(converge(sandbox, PACKAGE, FILES).status).toBe(0);
    neighbour(sandbox);

    // WHEN
    expect(sandbox.run("remove.sh", "installation", "zato").status).toBe(0);

    // THEN
    expect(left(sandbox)).toEqual([true, true, true, true]);
    const purged = (): string[] => sandbox.calls.filter((call) => /^(purge_if_ours|apt-mark unhold)/.test(call));
    expect(purged()).toEqual([]);

    // WHEN
    expect(sandbox.run("remove.sh", "installation", "b-zato").status).toBe(0);

    // THEN
    expect([purged(), left(sandbox)]).toEqual([
      ["apt-mark unhold zato", "purge_if_ours zato"],
      [false, false, false, false],
    ]);
  });

  test("is not installed again, but held again", () => {
    const sandbox = hostWith("3.3");
    expect(converge(sandbox, PACKAGE, FILES).status).toBe(0);
    expect(sandbox.calls.filter((call) => call.startsWith("install_packages"))).toEqual([]);
    expect(sandbox.calls).toContain("apt-mark hold zato");
  });

  test("that cannot be installed is named with where it should come from", () => {
    const sandbox = hostWith("");
    sandbox.define("install_packages() { false; }");
    expect(converge(sandbox, PACKAGE, FILES).stdout).toContain(
      "zato=3.3 cannot be installed from https://example.org/apt",
    );
  });
});

describe("an installation script", () => {
  const run = (sandbox: Sandbox, script: string): BashResult =>
    converge(sandbox, { method: "script" }, { script: `#!/bin/sh\n${script}\n` });
  const works = (): string => `mkdir -p "$1/bin"; echo ran >>'${folder()}/ran'; echo '#!/bin/sh' >"$1/bin/py"; chmod +x "$1/bin/py"`; // prettier-ignore

  test("runs once, is told the path, and what it has installed is given to root", () => {
    const sandbox = host();
    expect(run(sandbox, `${works()}; touch "$1/writable"`).status).toBe(0);
    expect(sandbox.calls).toEqual(expect.arrayContaining([`own_tree ${ZATO}`, `imported ${ZATO}`]));
    run(sandbox, `${works()}; touch "$1/writable"`);
    expect(sandbox.read("/ran")).toBe("ran\n");
    run(sandbox, `${works()} # changed`);
    expect(sandbox.read("/ran")).toBe("ran\nran\n");
  });

  test.each([
    ["goes with what it has installed", undefined],
    ["leaves a folder that was there before", "theirs"],
  ])("%s when it is removed", (_, before) => {
    const sandbox = host();
    if (before !== undefined) sandbox.write(`${ZATO}/theirs`, before);
    run(sandbox, works());
    expect(sandbox.run("remove.sh", "installation", "zato").status).toBe(0);
    expect([existsSync(join(folder(), ZATO)), sandbox.read(`${ZATO}/theirs`)]).toEqual([before !== undefined, before]);
  });

  test("GIVEN another path since, WHEN it is removed, THEN what it has made goes from both, and what somebody else has at the new one stays", () => {
    const sandbox = host();
    run(sandbox, works());
    const [theirs, later] = ["/srv/zato", "/opt/zato/4.1"];
    sandbox.write(`${theirs}/theirs`, "theirs");
    for (const zato of [theirs, later]) {
      const files = { script: `#!/bin/sh\n${works()} # ${zato}\n` };
      expect(converge(sandbox, { method: "script", zato }, files).status).toBe(0);
    }
    expect(sandbox.run("remove.sh", "installation", "zato").status).toBe(0);
    expect([ZATO, later].map((path) => existsSync(join(folder(), path)))).toEqual([false, false]);
    expect(sandbox.read(`${theirs}/theirs`)).toBe("theirs");
  });

  test("GIVEN an archive before it, WHEN it is removed, THEN builds of that go, too", () => {
    const sandbox = host();
    expect(converge(sandbox, fromArchive(archive())).status).toBe(0);
    expect(
      converge(sandbox, { method: "script", zato: "/opt/zato/own" }, { script: `#!/bin/sh\n${works()}\n` }).status,
    ).toBe(0);
    expect(sandbox.run("remove.sh", "installation", "zato").status).toBe(0);
    expect(existsSync(join(folder(), BUILDS))).toBe(false);
  });

  test("that fails is run again by the next deploy", () => {
    const sandbox = host();
    expect(run(sandbox, "exit 7").stdout).toContain("the installation script ended with exit status 7");
    expect(run(sandbox, "exit 7").stdout).toContain("ended with exit status 7");
  });
});

describe("code that is there already, behind a link that is not root's,", () => {
  const LINK = "/opt/zato/current";

  /** A host on which what is root's is so by name, and all that a link is, and leads to, is of those who are named. */
  function hostWith(target: string, owners = "zato"): Sandbox {
    const sandbox = host();
    sandbox.write("/opt/zato/3.3.0/writable", "");
    sandbox.write("/home/ops/writable", "");
    ["/opt/zato/3.3.0", "/home/ops"].forEach((code) => {
      sandbox.write(`${code}/bin/py`, "");
      chmodSync(join(folder(), code, "bin/py"), 0o755);
    });
    symlinkSync(join(folder(), target), join(folder(), LINK));
    sandbox.define(`lies_in_roots() { [ ! -L "$1" ]; }; stat() { printf '%s\\n' ${owners}; }`);
    return sandbox;
  }
  const adopt = (sandbox: Sandbox): BashResult => converge(sandbox, { method: "preinstalled", zato: LINK });
  const given = (sandbox: Sandbox): string[] => sandbox.calls.filter((call) => /^(own_tree|chown)/.test(call));

  test("is given to root with the link, where zato's packages have left it: beside it", () => {
    const sandbox = hostWith("/opt/zato/3.3.0");
    expect(adopt(sandbox).status).toBe(0);
    expect(given(sandbox)).toEqual([`chown -h root: ${LINK}`, "own_tree /opt/zato/3.3.0"]);
  });

  test.each([
    ["elsewhere", "/home/ops", "zato"],
    ["that leads to what is root's, with others' things in it", "/opt/zato/3.3.0", "zato root"],
    ["that is of somebody else", "/opt/zato/3.3.0", "ops"],
  ])("is refused where it is one %s", (_, target, owners) => {
    const sandbox = hostWith(target, owners);
    const { status, stdout } = adopt(sandbox);
    const place = join(folder(), target);
    expect([status, given(sandbox)]).toEqual([1, []]);
    expect(stdout).toContain(
      `current leads to ${place} by a link that others than root can change; if that is your Zato: sudo ln -sfn ${place} ${folder()}${LINK}`,
    );
  });

  test("is left as it is where it is root's", () => {
    const sandbox = hostWith("/home/ops", "zato root");
    rmSync(join(folder(), "home/ops/writable"));
    expect(adopt(sandbox).status).toBe(0);
    expect(given(sandbox)).toEqual([]);
  });

  test("is given to nobody where it is no Zato", () => {
    const sandbox = hostWith("/opt/zato/3.3.0");
    rmSync(join(folder(), "opt/zato/3.3.0/bin/py"));
    expect(adopt(sandbox).stdout).toContain(`there is no Zato in ${folder()}${LINK}: bin/py is missing`);
    expect(given(sandbox)).toEqual([]);
  });
});

test("the folder of clusters' folders becomes root's as soon as that above it, if it is there", () => {
  const sandbox = host();
  sandbox.note("leading_folder");
  const leading = (): string[] => sandbox.calls.filter((call) => call.startsWith("leading_folder"));
  converge(sandbox, { method: "preinstalled" });
  expect(leading()).toEqual(["leading_folder /opt/zato"]);
  mkdirSync(join(folder(), "opt/zato/env"));
  converge(sandbox, { method: "preinstalled" });
  expect(leading().slice(1)).toEqual(["leading_folder /opt/zato", "leading_folder /opt/zato/env"]);
});

test("of folders for builds and packages those that are zato's become root's", () => {
  const sandbox = host();
  sandbox.note("leading_folder");
  ["builds", "packages/a", "packages/b"].forEach((name) =>
    mkdirSync(join(folder(), "opt/zato", name), { recursive: true }),
  );
  sandbox.define(`stat() { case "\${!#}" in */builds | */packages/b) echo zato ;; *) echo ops ;; esac; }`);
  converge(sandbox, { method: "preinstalled" });
  expect(sandbox.calls.filter((call) => call.startsWith("leading_folder"))).toEqual([
    "leading_folder /opt/zato",
    "leading_folder /opt/zato/builds",
    "leading_folder /opt/zato/packages/b",
  ]);
});

test.each(["env", "builds", "packages", "packages/host1"])(
  "GIVEN a link of zato's at /opt/zato/%s to what looks like ours, or to nothing yet, WHEN it is deployed and removed, THEN the link is named, and nothing behind it goes",
  (name) => {
    // GIVEN
    const sandbox = host();
    const link = join(folder(), "opt/zato", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(folder(), "theirs"), link);
    sandbox.define(`lies_in_roots() { [ ! -L "\${1%/.}" ]; }
      stat() { if [[ $* == *%U* ]]; then test -L "\${!#}" && echo zato; else command stat "$@"; fi; }`);
    const steps = (): string[] =>
      [converge(sandbox, fromArchive(archive())), sandbox.run("remove.sh", "installation", "zato")].map(
        ({ stdout }) => stdout,
      );

    // WHEN
    const [toNothing] = steps();
    const theirs = ["a".repeat(64), `${"b".repeat(64)}.new`, "some.new"];
    theirs.forEach((one) => sandbox.write(`/theirs/${one}/data`, ""));
    const [toTheirs] = steps();

    // THEN
    expect([toNothing, toTheirs]).toEqual(
      Array(2).fill(expect.stringContaining(`/opt/zato/${name} is a link that others than root can change; remove it`)),
    );
    expect(readdirSync(join(folder(), "theirs")).sort()).toEqual(theirs);
    expect(theirs.map((one) => sandbox.read(`/theirs/${one}/data`))).toEqual(["", "", ""]);
  },
);

test("a link 'current' of somebody else's stays, with the Zato that it leads to, and no removal takes it", () => {
  const sandbox = host();
  sandbox.write("/opt/zato/3.2.0/bin/py", "theirs");
  symlinkSync(join(folder(), "opt/zato/3.2.0"), join(folder(), "opt/zato/current"));
  expect(converge(sandbox, fromArchive(archive())).status).toBe(0);
  expect(sandbox.read("/opt/zato/current/bin/py")).toBe("theirs");
  expect(sandbox.run("remove.sh", "installation", "zato").status).toBe(0);
  expect(sandbox.read("/opt/zato/current/bin/py")).toBe("theirs");
});

test("a link 'current' that a deploy of before has noted is ours, and leads to what is declared", () => {
  const sandbox = host();
  symlinkSync(join(folder(), "opt/zato/3.2"), join(folder(), "opt/zato/current"));
  const link = join(folder(), "opt/zato/current");
  sandbox.write("/var/lib/cdktf-zato/components/zato/ledger", `link\t${link}\t${folder()}/opt/zato/3.2\n`);
  expect(converge(sandbox, fromArchive(archive("one"), "one")).status).toBe(0);
  expect(sandbox.read("/opt/zato/current/bin/py")).toContain("# one");
});

test("a folder 'current' of somebody else's stays what it is", () => {
  const sandbox = host();
  sandbox.write("/opt/zato/current/bin/py", "theirs");
  expect(converge(sandbox, fromArchive(archive())).status).toBe(0);
  expect(sandbox.read("/opt/zato/current/bin/py")).toBe("theirs");
});

describe.each([
  ["releases", "/opt/zato/4.1"],
  ["builds at the same path", ZATO],
])("of two clusters of different %s on a host", (_, path) => {
  /** Deploys the installation of a cluster, which says what `verify` finds of both then. */
  function deploy(sandbox: Sandbox, cluster: "a" | "b"): string[] {
    const zato = cluster === "a" ? ZATO : path;
    const parameters = { ...fromArchive(archive(cluster), cluster), zato };
    expect(converge(sandbox, parameters, {}, `${cluster}-zato`).status).toBe(0);
    return ["a-zato", "b-zato"].flatMap((name) => sandbox.drift("installation", name));
  }
  const notThere = (cluster: string): string => `${cluster}-zato\tnothing of it is on this host`;

  test.each([
    ["a", "b"],
    ["b", "a"],
  ] as const)("%s has the links that are there once, %s leaves them, and nothing is found of both", (first, second) => {
    // GIVEN
    const sandbox = host();
    expect(deploy(sandbox, first)).toEqual([notThere(second)]);

    // WHEN
    expect(deploy(sandbox, second)).toEqual([]);
    expect(deploy(sandbox, first)).toEqual([]);

    // THEN
    expect(sandbox.read("/opt/zato/current/bin/py")).toContain(`# ${first}`);
  });

  test("the other one has them when the first one has gone", () => {
    // GIVEN
    const sandbox = host();
    deploy(sandbox, "a");
    deploy(sandbox, "b");

    // WHEN
    expect(sandbox.run("remove.sh", "installation", "a-zato").status).toBe(0);
    deploy(sandbox, "b");

    // THEN
    expect(sandbox.read("/opt/zato/current/bin/py")).toContain("# b");
    expect(sandbox.drift("installation", "b-zato")).toEqual([]);
  });
});
