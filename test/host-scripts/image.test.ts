import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const BUILDS = "/opt/zato/builds";

/** What a digest or a SHA-256 looks like, of a build with a name. */
const sumOf = (name: string): string => createHash("sha256").update(name).digest("hex");
const build = (name: string): string => `${BUILDS}/${sumOf(name)}`;
const IMAGE = "registry.example.com:5000/zato/zato-3.3";

/** What a registry answers. */
interface Registry {
  /** The manifest. @default - that of one image */
  readonly manifest?: unknown;
  /** What skopeo ends with, in its words. @default - it does not */
  readonly refusal?: string;
}

/** A host whose skopeo finds an image of ours, in which programs of Zato end as told. */
function host({ manifest = { layers: [] }, refusal }: Registry = {}, inImage = "true"): Sandbox {
  const sandbox = new Sandbox(folder());
  writeFileSync(join(folder(), "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder(), "config.json"), JSON.stringify({ architecture: "amd64", os: "linux" }));
  const refuse = `time="2026-01-01T00:00:00Z" level=fatal msg="${refusal?.replaceAll('"', '\\"')}"`;
  sandbox.program(
    "skopeo",
    refusal === undefined
      ? `[ -z "\${REGISTRY_AUTH_FILE:-}" ] || cp "$REGISTRY_AUTH_FILE" '${folder()}/log-in'
         case "$*" in *--config*) cat '${folder()}/config.json' ;; inspect*) cat '${folder()}/manifest.json' ;; esac`
      : `printf '%s\\n' '${refuse}' >&2; exit 1`,
  );
  sandbox.program("umoci", `mkdir -p "\${!#}/opt/zato/current/bin" && cp -a '${folder()}/image/.' "\${!#}"`);
  sandbox.program("dpkg", "echo amd64");
  sandbox.note("need_haproxy");
  sandbox.define(`
    is_roots_tree() { [ -d "$1" ] && [ ! -e "$1/writable" ]; }
    own_tree() { :; }
    as_zato() { "$@"; }
    as_zato_in_image() { printf 'in image: %s\\n' "\${*##*/}" >>'${folder()}/calls'; ${inImage}; }
    python_as_zato() { python3 -I -B "$scripts/$1" "$2"; }`);
  mkdirSync(join(folder(), "image", "etc"), { recursive: true });
  return sandbox;
}

function fromRegistry(sandbox: Sandbox, name = "one", more = {}, secrets = {}): BashResult {
  const parameters = {
    method: "image",
    image: `${IMAGE}@sha256:${name}`,
    registry: IMAGE.split("/")[0]!,
    username: "",
    ...more,
  };
  return converge(sandbox, name, parameters, secrets);
}

function converge(sandbox: Sandbox, name: string, parameters: Record<string, string>, secrets = {}): BashResult {
  const common = {
    host: "host1",
    label: "zato",
    zato: "/opt/zato/current",
    root: build(name),
    from_host: ["/etc/passwd", "/etc/resolv.conf", "/run"].join("\n"),
  };
  const manifest = renderManifest({ parameters: { ...common, ...parameters } });
  return sandbox.converge("installation", "zato", manifest, secrets);
}

const copies = (sandbox: Sandbox): string[] => sandbox.calls.filter((call) => call.startsWith("skopeo copy"));
/** The names of builds that are there. */
const builds = (): string[] => {
  if (!existsSync(join(folder(), BUILDS))) return [];
  const named = (entry: string): string =>
    ["one", "two", "three"].reduce((text, name) => text.replace(sumOf(name), name), entry);
  return readdirSync(join(folder(), BUILDS)).map(named);
};

describe("an image in a registry", () => {
  test("becomes a build by its digest, once, and leaves no layers", () => {
    const sandbox = host();
    expect(fromRegistry(sandbox)).toMatchObject({ status: 0 });
    expect(fromRegistry(sandbox)).toMatchObject({ status: 0 });
    expect(copies(sandbox)).toEqual([
      expect.stringMatching(`^skopeo copy --retry-times 3 docker://${IMAGE}@sha256:one oci:/var/lib/cdktf-zato/image-${sumOf("one")}:zato`), // prettier-ignore
    ]);
    expect(builds()).toEqual(["one"]);
    expect(readdirSync(join(folder(), "var/lib/cdktf-zato"))).not.toContain(`image-${sumOf("one")}`);
  });

  test("comes to a host that has no folder of Zato's yet, which is noted as ours", () => {
    const sandbox = host();
    rmdirSync(join(folder(), "opt/zato"));
    expect(fromRegistry(sandbox)).toMatchObject({ status: 0 });
    expect(sandbox.read("/var/lib/cdktf-zato/created-home")).toBe("");
  });

  test("is pulled by who is declared, whose password is in a file alone", () => {
    const sandbox = host();
    const password = `p'w "x" $d \\z:`;
    expect(fromRegistry(sandbox, "one", { username: "puller" }, { registry_password: password })).toMatchObject({
      status: 0,
    });
    const { auths } = JSON.parse(readFileSync(join(folder(), "log-in"), "utf8")) as {
      auths: Record<string, { auth: string }>;
    };
    const [registry, { auth }] = Object.entries(auths)[0]!;
    expect([registry, Buffer.from(auth, "base64").toString()]).toEqual([
      "registry.example.com:5000",
      `puller:${password}`,
    ]);
    expect(sandbox.calls.join("\n")).not.toContain(auth);
    expect(sandbox.calls.join("\n")).not.toContain("p'w");
  });

  test("is pulled without a log-in where none is declared", () => {
    fromRegistry(host());
    expect(() => readFileSync(join(folder(), "log-in"))).toThrow("ENOENT");
  });

  test("is not asked for with an empty password", () => {
    const { status, stdout } = fromRegistry(host(), "one", { username: "puller" }, { registry_password: "" });
    expect([status, stdout]).toEqual([1, expect.stringContaining("the registry's password is empty")]);
  });

  test.each([
    ["unauthorized: authentication required", "see whether user name and password are those of the registry"],
    ["reading manifest sha256:one in x/y: manifest unknown", "see which digest the registry has: skopeo inspect"],
    [
      'Get "https://x/v2/": x509: certificate signed by unknown authority',
      "put the certificate of the registry's authority into /etc/containers/certs.d/registry.example.com:5000/ca.crt",
    ],
    ["dial tcp: connection refused", "see whether 'skopeo inspect' works on the host"],
  ])("that cannot be had is told with a way out, and nothing is unpacked: %s", (refusal, wayOut) => {
    const { status, stdout } = fromRegistry(host({ refusal }));
    expect(status).toBe(1);
    expect(stdout).toContain(`the image cannot be had: ${refusal}; ${wayOut}`);
    expect(builds()).toEqual([]);
  });

  test.each<[string, Registry]>([
    ["one image", { manifest: { layers: [] } }],
    [
      "an index that has another one, and attestations",
      {
        manifest: {
          manifests: ["arm64", "unknown"].map((architecture) => ({ platform: { architecture } })),
        },
      },
    ],
  ])("for another architecture is refused before its layers are fetched: %s", (_, registry) => {
    const sandbox = host(registry);
    writeFileSync(join(folder(), "config.json"), JSON.stringify({ architecture: "arm64" }));
    const { status, stdout } = fromRegistry(sandbox);
    expect(status).toBe(1);
    expect(stdout).toContain("the image is for arm64, and this host is amd64; give the digest of an image for amd64");
    expect([copies(sandbox), builds()]).toEqual([[], []]);
  });

  test("for several architectures is taken where one is the host's", () => {
    const manifests = ["arm64", "amd64"].map((architecture) => ({ platform: { architecture } }));
    expect(fromRegistry(host({ manifest: { manifests } }))).toMatchObject({ status: 0 });
  });

  test("leaves the build that is in use as the way back, and forgets the one before", () => {
    const sandbox = host();
    const inUse = (name: string): void =>
      sandbox.write("/var/lib/cdktf-zato/components/a-server1/manifest", `|RootDirectory=${folder()}${build(name)}\n`);
    fromRegistry(sandbox, "one");
    inUse("one");
    fromRegistry(sandbox, "two");
    inUse("two");
    fromRegistry(sandbox, "three");
    expect(builds().sort()).toEqual(["three", "two"]);
  });

  test("that others could have changed is unpacked again, and put aside for what still runs in it", () => {
    const sandbox = host();
    fromRegistry(sandbox);
    sandbox.write(`${build("one")}/writable`, "");
    expect(fromRegistry(sandbox)).toMatchObject({ status: 0 });
    expect([copies(sandbox).length, sandbox.read(`${build("one")}/writable`), builds().sort()]).toEqual([
      2,
      undefined,
      ["one", "one.former"],
    ]);
  });

  test("whose layers would fill the disk together is given up before, and leaves none", () => {
    // GIVEN
    const sandbox = host();
    sandbox.program("df", `echo "Avail Size"; echo "$((1000 - $(du -sk '${folder()}/var' | cut -f 1))) 2000"`, false);
    const layers =
      'mkdir -p "$layout"; for one in {1..60}; do head -c 100000 /dev/zero >"$layout/$one"; sleep 0.02; done';
    sandbox.program("skopeo", `case $1 in copy) layout=\${!#} layout=\${layout#oci:} layout=\${layout%:zato}; ${layers} ;; *) cat '${folder()}/config.json' ;; esac`); // prettier-ignore

    // WHEN
    const { status, stdout } = fromRegistry(sandbox);

    // THEN
    expect([status, stdout]).toEqual([1, expect.stringMatching(/too little space in \S+\/var\/lib\/cdktf-zato: /)]);
    expect(readdirSync(join(folder(), "var/lib/cdktf-zato"))).not.toContain("image-one");
  });

  test("whose layers cannot be unpacked leaves neither them nor a part of a build", () => {
    const sandbox = host();
    sandbox.program("umoci", 'mkdir "${!#}"; exit 1');
    expect(fromRegistry(sandbox).stdout).toContain("the layers of the image cannot be unpacked");
    expect(readdirSync(join(folder(), "var/lib/cdktf-zato"))).not.toContain("image-one");
    expect(builds()).toEqual([]);
  });

  test("that lacks something is refused, with all of it", () => {
    const lacks = `case "$*" in *check_image.py) echo "time zones (package tzdata)"; echo "the program awk" ;; esac`;
    expect(fromRegistry(host({}, lacks)).stdout).toContain(
      "the image lacks what Zato needs: time zones (package tzdata), the program awk; build one from it",
    );
  });

  test.each([
    ['case "$*" in "test -x"*) false ;; esac', "there is no Zato in the image's"],
    ['case "$*" in *check_image.py) false ;; esac', "does not run; see the log"],
    ['case "$*" in *zato.server.main) false ;; esac', "is incomplete: its server cannot be imported"],
  ])("without a whole Zato is none: %s", (inImage, message) => {
    expect(fromRegistry(host({}, inImage)).stdout).toContain(message);
  });
});

describe("the file of an image", () => {
  function fromFile(sandbox: Sandbox, entry: string, sum?: string): BashResult {
    const content = join(folder(), "content");
    mkdirSync(content);
    writeFileSync(join(content, entry), "{}");
    const file = join(folder(), "image.tar");
    execFileSync("tar", ["-c", "-f", file, "-C", content, entry]);
    sandbox.program("curl", `while [ "$1" != -o ]; do shift; done; cp '${file}' "$2"`);
    const sha256 = sum ?? createHash("sha256").update(readFileSync(file)).digest("hex");
    return converge(sandbox, "one", { method: "image-archive", url: "https://example.com/image.tar", sha256 });
  }

  test.each([
    ["manifest.json", "docker-archive"],
    ["oci-layout", "oci-archive"],
  ])("with %s is taken as %s", (entry, transport) => {
    const sandbox = host();
    expect(fromFile(sandbox, entry)).toMatchObject({ status: 0 });
    expect(copies(sandbox)[0]).toContain(` ${transport}:/var/lib/cdktf-zato/archive-`);
    expect(readdirSync(join(folder(), "var/lib/cdktf-zato")).filter((name) => name.startsWith("archive"))).toEqual([]);
  });

  test("of another hash is not unpacked", () => {
    const sandbox = host();
    expect(fromFile(sandbox, "manifest.json", "0".repeat(64)).stdout).toMatch(/instead of 0{64}; nothing was unpacked/);
    expect([copies(sandbox), builds()]).toEqual([[], []]);
  });
});

describe("what an image finds of the host", () => {
  test("has files and folders to be mounted on, in the place of what the image has there", () => {
    // GIVEN
    const sandbox = host();
    const image = join(folder(), "image");
    symlinkSync("/etc/shadow", join(image, "etc/resolv.conf"));
    symlinkSync("/", join(image, "run"));

    // WHEN
    expect(fromRegistry(sandbox)).toMatchObject({ status: 0 });

    // THEN
    const root = join(folder(), build("one"));
    for (const name of ["etc/resolv.conf", "etc/passwd"]) {
      expect(lstatSync(join(root, name)).isFile()).toBe(true);
    }
    for (const name of ["proc", "sys", "dev", "tmp", "var/tmp"]) {
      expect(lstatSync(join(root, name)).isDirectory()).toBe(true);
    }
  });

  test("is never mounted outside of the image, where one of its folders is a link", () => {
    const sandbox = host();
    const image = join(folder(), "image");
    mkdirSync(join(folder(), "elsewhere"));
    symlinkSync(join(folder(), "elsewhere"), join(image, "var"));
    const { status, stdout } = fromRegistry(sandbox);
    expect([status, stdout]).toEqual([1, expect.stringContaining("/var is a link in the image, and must be a folder")]);
  });
});

test("what a file system lacks is said by the check that runs in it", () => {
  const check = join(HOST_SCRIPTS, "check_image.py");
  const libraries = ["libnowhere.so.1", "libnowhere1", "libc.so.6", "libc6"];
  const { stdout } = bash('PATH=/nowhere SSL_CERT_FILE=/nowhere SSL_CERT_DIR=/nowhere "$2" -B "$1" "${@:3}"', [
    check,
    execFileSync("which", ["python3"], { encoding: "utf8" }).trim(),
    ...libraries,
  ]);
  expect(stdout).toContain("the library libnowhere.so.1 (package libnowhere1)\n");
  expect(stdout).not.toContain("libc.so.6");
  expect(stdout).toContain("the program bash\n");
  expect(stdout).toContain("certificate authorities (package ca-certificates)\n");
});
