import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ZatoInstallation } from "cdktf-zato";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { newCluster, newStack } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

const SHA256 = "0123456789abcdef".repeat(4);

/** Where the unit that installs requirements finds Zato's code, in a cluster of an installation. */
function placeOfCode(installation: ZatoInstallation): string[] {
  const stack = newStack();
  newCluster(stack, { installation });
  const { files } = Template.synth(stack).manifest("a/server1");
  mkdirSync(join(folder(), "server1"));
  writeFileSync(join(folder(), "server1", "unit"), files.unit!);
  const { stdout, stderr } = bash(
    `at=$2/content
     file() { printf '%s/%s' "$at" "$1"; }
     folders_of_this_cluster() { [ "$1" = server ] && printf '%s\\n' "$work/server1" "$work/server2"; }
     enter_component() { at=$1; }
     work=$2
     . "$1/lib/requirements.sh"
     place_of_code`,
    [HOST_SCRIPTS, folder()],
  );
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

test("packages are built with the code of an archive at the path that servers have it at", () => {
  const url = "https://artifacts.example.com/zato.tar";
  expect(placeOfCode(ZatoInstallation.archive({ url, sha256: SHA256 }))).toEqual([
    `BindReadOnlyPaths=/opt/zato/builds/${SHA256}:/opt/zato/3.3`,
  ]);
});

test("with that of an image in its file system, to which servers see the same of the host, and pip its settings", () => {
  expect(placeOfCode(ZatoInstallation.image({ image: `registry.example.com/zato@sha256:${SHA256}` }))).toEqual([
    `RootDirectory=/opt/zato/builds/${SHA256}`,
    "BindReadOnlyPaths=-/etc/pip.conf",
    "MountAPIVFS=true",
    expect.stringMatching(/^BindPaths=-\/etc\/group .*-\/opt\/zato\/packages -\/run$/) as string,
  ]);
});

test("and where it lies at its path, nothing is to be said", () => {
  expect(placeOfCode(ZatoInstallation.preinstalled("/opt/zato/3.3"))).toEqual([""]);
});

/** Runs the script that fetches packages, with a Python in which these are, and whose pip installs what this says. */
function fetch(requirements: string, installed: string, pip: string): { status: number | null; constraints: string } {
  writeFileSync(join(folder(), "requirements.txt"), requirements);
  const python = join(folder(), "python");
  writeFileSync(
    python,
    `#!/bin/bash
case $3 in
list) printf '%s\\n' ${installed} ;;
install)
    while [ "$1" != --constraint ]; do shift; done
    cp "$2" ${folder()}/given
    ${pip}
esac
`,
  );
  chmodSync(python, 0o755);
  const script = join(HOST_SCRIPTS, "fetch-requirements.sh");
  const run = bash('bash "$1" "$2" "$3" | tar -t >"$4"', [script, python, join(folder(), "requirements.txt"), join(folder(), "names")], { STATE_DIRECTORY: folder() }); // prettier-ignore
  return { status: run.status, constraints: readFileSync(join(folder(), "given"), "utf8") };
}

test("what packages need in turn comes as Zato has it, but for what the user names, however it is written", () => {
  const { status, constraints } = fetch(
    "  Py_YAML>=6\nrequests[socks]==2.0 # ours\n-r more.txt\n",
    "PyYAML==5.4 requests==2.31 py-yaml==1 urllib3==2.0",
    "touch packages/requests.py",
  );
  expect(status).toBe(0);
  expect(constraints).toBe("PyYAML==5.4\nurllib3==2.0\n");
  expect(readFileSync(join(folder(), "names"), "utf8")).toBe("./\n./requests.py\n");
});

/** The same of a Python without pip, with this as the host's pip.conf; what uv is given, and what is said. */
function fetchWithoutPip(pipConf: string, uv = true): { status: number | null; given: string[]; stderr: string } {
  const zato = join(folder(), "zato");
  mkdirSync(join(zato, "bin"), { recursive: true });
  mkdirSync(join(zato, "support-linux/bin"), { recursive: true });
  const program = (file: string, lines: string): void => writeFileSync(file, `#!/bin/bash\n${lines}`, { mode: 0o755 });
  program(join(zato, "bin/python"), `[ "$1 $2" != "-m pip" ] || exit 1\nexec python3 "$@"\n`);
  if (uv) {
    program(
      join(zato, "support-linux/bin/uv"),
      `echo "$@" >>${folder()}/given
env | grep -E '^(UV_(DEFAULT|INDEX|FIND|INSECURE|HTTP)|SSL_CERT_FILE|ALL_PROXY)' | sort >${folder()}/settings
case $2 in
list) echo urllib3==2.0 ;;
install) touch packages/.lock packages/requests.py; cat constraints >>${folder()}/given ;;
esac
`,
    );
  }
  writeFileSync(join(folder(), "requirements.txt"), "requests\n");
  writeFileSync(join(folder(), "pip.conf"), pipConf);
  writeFileSync(join(folder(), "given"), "");
  writeFileSync(join(folder(), "settings"), "");
  const script = join(HOST_SCRIPTS, "fetch-requirements.sh");
  const args = [script, join(zato, "bin/python"), join(folder(), "requirements.txt"), join(folder(), "names")];
  const environment = { STATE_DIRECTORY: folder(), PIP_CONFIG_FILE: join(folder(), "pip.conf") };
  const { status, stderr } = bash(
    'set -o pipefail; unset ALL_PROXY SSL_CERT_FILE; bash "$1" "$2" "$3" | tar -t >"$4"',
    args,
    environment,
  );
  const given = readFileSync(join(folder(), "given"), "utf8") + readFileSync(join(folder(), "settings"), "utf8");
  return { status, given: given.replaceAll(folder(), "").trim().split("\n"), stderr };
}

test("where Zato's Python has no pip, as that of 4.1, they come by Zato's uv, with the settings of pip", () => {
  const pipConf = `[global]
index-url = https://user:p%40ss@index.example.com/simple
extra_index_url =
    https://a.example.com/simple
    https://b.example.com/simple
find-links = https://c.example.com/ /srv/wheels
trusted-host = a.example.com b.example.com
timeout = 60
no-index = false
[install]
timeout = 90
cert = /etc/ssl/ours.pem
proxy = http://proxy.example.com:3128
`;
  expect(fetchWithoutPip(pipConf)).toMatchObject({
    status: 0,
    given: [
      "pip list --python /zato/bin/python --format=freeze",
      "pip install --python /zato/bin/python -q --target packages --constraint constraints --requirement /requirements.txt",
      "urllib3==2.0",
      "ALL_PROXY=http://proxy.example.com:3128",
      "SSL_CERT_FILE=/etc/ssl/ours.pem",
      "UV_DEFAULT_INDEX=https://user:p%40ss@index.example.com/simple",
      "UV_FIND_LINKS=https://c.example.com/,/srv/wheels",
      "UV_HTTP_TIMEOUT=90",
      "UV_INDEX=https://a.example.com/simple https://b.example.com/simple",
      "UV_INDEX_STRATEGY=unsafe-best-match",
      "UV_INSECURE_HOST=a.example.com b.example.com",
    ],
  });
  expect(readFileSync(join(folder(), "names"), "utf8")).toBe("./\n./requests.py\n");
});

test("and by no index at all where pip.conf says so, or with nothing set where there is none", () => {
  const installed = (pipConf: string): string[] => fetchWithoutPip(pipConf).given.slice(1);
  const install = "pip install --python /zato/bin/python -q";
  expect(installed("[install]\nno-index = yes\n")).toEqual([
    expect.stringContaining(`${install} --no-index --target packages`) as string,
    "urllib3==2.0",
    "UV_INDEX_STRATEGY=unsafe-best-match",
  ]);
  expect(installed("")).toEqual([
    expect.stringContaining(`${install} --target packages`) as string,
    "urllib3==2.0",
    "UV_INDEX_STRATEGY=unsafe-best-match",
  ]);
});

test("where there is neither, that is said", () => {
  const { status, stderr } = fetchWithoutPip("", false);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/^Zato's Python has no pip, and there is no uv at .*\/zato\/support-linux\/bin\/uv$/m);
});

/** What a cluster's packages come to when pip installs this. */
function prepare(install: string): { readonly stdout: string; readonly status: number | null } {
  return bash(
    `set -eu
     param() { printf '%s/zato/packages/a/build' "$work"; }
     progress() { :; }; fail() { printf '%s\\n' "$1"; exit 1; }; own_tree() { :; }
     is_roots_tree() { [ -d "$1" ]; }
     leading_folder() { printf 'of root: %s\\n' "\${1#"$work"}"; mkdir -p "$1"; }
     work=$2
     . "$1/lib/requirements.sh"
     fetch_requirements() { (mkdir "$work/made"; cd "$work/made"; ${install}; tar -c .); }
     echo requests >"$work/wanted"
     prepare_requirements "$work/wanted"; use_requirements
     find "$work/zato" -type f -printf '%m %P\\n' | sort`,
    [HOST_SCRIPTS, folder()],
  );
}

test("they lie in folders of root's, with what they were installed for, which nobody else reads", () => {
  const { stdout, status } = prepare("echo 'x = 1' >requests.py; chmod 4755 requests.py");
  expect(stdout.split("\n")).toEqual([
    "of root: /zato/packages",
    "of root: /zato/packages/a",
    "600 packages/a/build/.cdktf-zato-requirements",
    expect.stringMatching(/^\d?755 packages\/a\/build\/requests.py$/),
    "",
  ]);
  expect(status).toBe(0);
});

test.each(["ln -s /etc/shadow requests.py", "mkfifo requests.py", "mkdir sub; ln -s .. sub/up"])(
  "packages that hold what is neither a file nor a folder are refused: %s",
  (install) => {
    expect(prepare(install)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("hold links or devices, which packages cannot") as string,
    });
  },
);
