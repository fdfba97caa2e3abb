import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ArchiveProps, RepositoryProps, WorkerAllocation, ZatoInstallation, ZatoRelease } from "cdktf-zato";
import { temporaryFolder } from "../support/bash";
import { newCluster, newDeployment, newHost, newStack } from "../support/stack";
import { Manifest } from "../support/manifest";
import { Template } from "../support/template";

const folder = temporaryFolder();
const SHA256 = "ABCDEF0123456789".repeat(4);

function manifestOf(installation: ZatoInstallation, release?: ZatoRelease): Manifest {
  const stack = newStack();
  newCluster(stack, { installation, release });
  return Template.synth(stack).manifest("a/installation");
}

function file(name: string, text: string): string {
  writeFileSync(join(folder(), name), text);
  return join(folder(), name);
}

describe("any installation", () => {
  test.each(["/opt/zato", "/opt/zato/env", "/opt/zato/env/a", "/opt/zato/builds/1", "/var/lib/cdktf-zato/zato"])(
    "at %s is refused",
    (path) => {
      expect(() => newCluster(newStack(), { installation: ZatoInstallation.preinstalled(path) })).toThrow(
        `the path of the installation is '${path}', where the files of the clusters are; ` +
          "give a folder of its own, for example '/opt/zato/current'",
      );
    },
  );
});

describe("an archive", () => {
  const props: ArchiveProps = { url: "https://example.com/zato.tar.zst", sha256: SHA256 };

  test("is downloaded, compared, and unpacked to the folder of the release", () => {
    expect(manifestOf(ZatoInstallation.archive(props)).parameters).toMatchObject({
      method: "archive",
      url: "https://example.com/zato.tar.zst",
      sha256: SHA256.toLowerCase(),
      zato: "/opt/zato/3.3",
      packages: "",
    });
    expect(manifestOf(ZatoInstallation.archive(props), ZatoRelease.V3_2).parameters.zato).toBe("/opt/zato/3.2");
  });

  test.each(["https://user:secret@example.com/zato.tar.zst", "http://token@example.com/zato.tar.zst"])(
    "is not downloaded with a password, which would be in the state: %s",
    (url) => {
      const create = (): unknown =>
        newCluster(newStack(), { installation: ZatoInstallation.archive({ ...props, url }) });
      expect(create).toThrow(/the URL of the archive holds a user or a password/);
      expect(create).not.toThrow(/secret|token/);
    },
  );

  test("lies beside other builds, and units see it at the path that it was built at", () => {
    // GIVEN
    const stack = newStack();
    newCluster(stack, { installation: ZatoInstallation.archive({ ...props, path: "/srv/zato" }) });
    const template = Template.synth(stack);

    // THEN
    const folder = `/opt/zato/builds/${SHA256.toLowerCase()}`;
    expect(template.manifest("a/installation").parameters).toMatchObject({ folder, zato: "/srv/zato" });
    for (const component of ["server1", "server2", "web-admin", "scheduler"]) {
      expect(template.manifest(`a/${component}`).files.unit?.split("\n")).toContain(
        `BindReadOnlyPaths=${folder}:/srv/zato`,
      );
    }
  });

  test("of another SHA-256 changes what runs the code, and content, which is verified again", () => {
    // GIVEN
    const [one, other] = ["a", "b"].map((digit) => {
      const stack = newStack();
      newDeployment(stack, {
        installation: ZatoInstallation.archive({ ...props, sha256: digit.repeat(64) }),
      }).content.addCache("A");
      return Template.synth(stack);
    });

    // WHEN
    const components = ["odb", "registration", "server1", "server2", "load-balancer", "web-admin", "scheduler"];
    const paths = ["zato/content/host1", ...components.map((name) => `zato/host1/${name}`)];
    const changed = paths.filter((path) => !isDeepStrictEqual(one!.state(path).triggers, other!.state(path).triggers));

    // THEN
    const expected = ["server1", "server2", "web-admin", "scheduler"].map((name) => `zato/host1/${name}`);
    expect(changed).toEqual(["zato/content/host1", ...expected]);
  });

  test("may have a folder of its own, and need packages", () => {
    const more = { ...props, path: "/srv/zato", packages: ["libgeos-c1v5", "libpq5"] };
    expect(manifestOf(ZatoInstallation.archive(more)).parameters).toMatchObject({
      zato: "/srv/zato",
      packages: "libgeos-c1v5\nlibpq5",
    });
  });

  test.each<[string, Partial<ArchiveProps>, string | RegExp]>([
    [
      "a URL of another kind",
      { url: "ftp://example.com/a" },
      /'ftp:\/\/example.com\/a' is no URL of the archive; give an http or https URL/,
    ],
    ["a path for a URL", { url: "/tmp/zato.tar" }, /is no URL of the archive/],
    ["a URL without a server", { url: "https:///zato.tar" }, /is no URL of the archive/],
    ["a URL with a port that is none", { url: "https://example.com:99999/a" }, /is no URL of the archive/],
    ["a URL with port 0", { url: "https://example.com:0/a" }, /is no URL of the archive/],
    ["an IPv4 address that is none", { url: "https://10.0.0.256/a" }, /is no URL of the archive/],
    ["an IPv6 address that is none", { url: "https://[fd00::g]/a" }, /is no URL of the archive/],
    ["an IPv6 address without brackets", { url: "https://fd00::1/a" }, /is no URL of the archive/],
    [
      "a token, which is not told in the message either",
      { url: "https://example.com/a?token=hunter2" },
      /^(?!.*hunter2).*the URL of the archive holds a query, which everybody could read in Terraform's state; let the hosts reach/,
    ],
    ["a fragment", { url: "https://example.com/a#b" }, /the URL of the archive holds a query/],
    ["a URL with a blank", { url: "https://example.com/a b" }, /is no URL of the archive/],
    [
      "a short SHA-256",
      { sha256: "abc" },
      /'abc' is no SHA-256; give the 64 hexadecimal digits that 'sha256sum' prints/,
    ],
    ["a SHA-256 that is none", { sha256: "g".repeat(64) }, /is no SHA-256/],
    ["a relative path", { path: "zato" }, /the path of the installation is 'zato'; give an absolute path/],
    [
      "a package name that is none",
      { packages: ["-y"] },
      /'-y' is no package name; give names as 'apt-get install' takes them/,
    ],
  ])("fails for %s", (_, wrong, message) => {
    expect(() => manifestOf(ZatoInstallation.archive({ ...props, ...wrong }))).toThrow(message);
  });
});

describe("a package repository", () => {
  const props = (): RepositoryProps => ({
    url: "https://example.com/debian",
    suite: "bookworm",
    signingKeyFile: file("key.asc", "THE KEY\n"),
    version: "3.3-1~bookworm",
  });

  test("is given with its key, and the version is pinned", () => {
    const { parameters, files } = manifestOf(ZatoInstallation.repository(props()));
    expect(parameters).toMatchObject({
      method: "repository",
      url: "https://example.com/debian",
      package: "zato",
      version: "3.3-1~bookworm",
      zato: "/opt/zato/current",
    });
    expect(files).toEqual({
      signing_key: "THE KEY\n",
      sources: "deb [signed-by=/etc/apt/keyrings/cdktf-zato.gpg] https://example.com/debian bookworm main\n",
    });
  });

  test("may have other components, another package and another path", () => {
    const more = { ...props(), components: "main contrib", package: "zato-3.3", path: "/srv/zato" };
    const { parameters, files } = manifestOf(ZatoInstallation.repository(more));
    expect(parameters).toMatchObject({ package: "zato-3.3", zato: "/srv/zato" });
    expect(files.sources).toContain("bookworm main contrib\n");
  });

  test.each<[string, Partial<RepositoryProps>, string | RegExp]>([
    ["a line break in the URL", { url: "https://a\ndeb https://b" }, /the package repository is "https:\/\/a\\ndeb/],
    [
      "a URL of two words",
      { url: "https://a b" },
      /the package repository is 'https:\/\/a b'; give it as 'apt' prints it/,
    ],
    [
      "a password in its URL",
      { url: "https://me:hunter2@example.com/apt" },
      /^(?!.*hunter2).*the package repository holds a user or a password.*; put what it asks for into \/etc\/apt\/auth.conf.d/,
    ],
    ["a token in its URL", { url: "https://example.com/apt?token=x" }, /the package repository holds a query/],
    ["a version that is a pattern", { version: "3.*" }, /the package version is '3.\*'/],
    ["an empty suite", { suite: "" }, /the package repository is ""/],
    ["an empty version", { version: "" }, /the package version is ""/],
    ["a package name that is none", { package: "zato=1" }, /'zato=1' is no package name/],
    [
      "a key file that is not there",
      { signingKeyFile: "/nowhere" },
      /the signing key '\/nowhere' is not there; give the absolute path of a file/,
    ],
    ["a relative key file", { signingKeyFile: "package.json" }, /the signing key 'package.json' is not there/],
    ["a folder for a key file", { signingKeyFile: "/tmp" }, /the signing key '\/tmp' is not there/],
    ["a relative path", { path: "./zato" }, /the path of the installation is '.\/zato'/],
  ])("fails for %s", (_, wrong, message) => {
    expect(() => manifestOf(ZatoInstallation.repository({ ...props(), ...wrong }))).toThrow(message);
  });
});

describe("clusters of one host", () => {
  /** Two of them, each with an installation of its own. */
  const synth = (one: ZatoInstallation, other: ZatoInstallation): void => {
    const stack = newStack();
    const host = newHost(stack, "host1");
    const half = { host, servers: 1, workers: WorkerAllocation.matchCpus({ reservedCpus: 2 }) };
    newCluster(stack, { ...half, installation: one }, "a");
    const ports = { zatoLoadBalancer: { port: 12223 }, webAdmin: { port: 9183 }, schedulerPort: 32530 };
    const cluster = newCluster(stack, { ...half, ...ports, servers: 0, installation: other }, "b");
    cluster.addServer("server1", { port: 18010 });
    Template.synth(stack);
  };
  const archive = (more: Partial<ArchiveProps> = {}): ZatoInstallation =>
    ZatoInstallation.archive({ url: "https://example.com/zato.tar.zst", sha256: SHA256, ...more });
  const repository = (more: Partial<RepositoryProps> = {}): ZatoInstallation =>
    ZatoInstallation.repository({
      url: "https://example.com/debian",
      suite: "bookworm",
      signingKeyFile: file("key.asc", "THE KEY\n"),
      version: "3.3-1",
      ...more,
    });
  const script = (text = "one"): ZatoInstallation =>
    ZatoInstallation.script({ file: file(`${text}.sh`, `#!/bin/sh\n: ${text}\n`) });

  test.each<[string, () => ZatoInstallation, () => ZatoInstallation]>([
    ["the same package", repository, repository],
    ["the same archive", archive, archive],
    ["archives with paths of their own", archive, () => archive({ sha256: "0".repeat(64), path: "/opt/zato/3.3-b" })],
    ["the same script", script, script],
    ["what is there already", () => ZatoInstallation.preinstalled(), () => ZatoInstallation.preinstalled()],
  ])("may have %s", (_, one, other) => {
    expect(() => synth(one(), other())).not.toThrow();
  });

  test.each<[string, () => ZatoInstallation, () => ZatoInstallation, RegExp]>([
    [
      "another version of the package",
      repository,
      () => repository({ version: "3.3-2" }),
      /^stack\/b\/installation: the package zato on the host would be of the version 3.3-2, and of the version 3.3-1 for stack\/a\/installation; declare the same for both, since a host has it once/,
    ],
    [
      "packages of other repositories",
      repository,
      () => repository({ package: "zato-b", path: "/opt/zato/b", suite: "trixie" }),
      /the package repository of Zato on the host would be of https:\/\/example.com\/debian trixie main with the key/,
    ],
    [
      "repositories with other keys",
      repository,
      () => repository({ package: "zato-b", path: "/opt/zato/b", signingKeyFile: file("b.asc", "ANOTHER\n") }),
      /the package repository of Zato on the host would be of .* with the key of SHA-256 [0-9a-f]{64}, and of .* with the key of SHA-256/,
    ],
    [
      "other packages at one path",
      repository,
      () => repository({ package: "zato-b" }),
      /the code in \/opt\/zato\/current on the host would be of the package zato-b, and of the package zato/,
    ],
    [
      "a package where the other is not to be touched",
      () => ZatoInstallation.preinstalled(),
      repository,
      /the code in \/opt\/zato\/current on the host would be of the package zato, and of whoever has preinstalled it/,
    ],
    [
      "other archives at one path",
      archive,
      () => archive({ sha256: "0".repeat(64) }),
      /the code in \/opt\/zato\/3.3 on the host would be of the archive 0{64}, and of the archive abcdef/,
    ],
    [
      "other scripts at one path",
      script,
      () => script("other"),
      /the code in \/opt\/zato\/3.3 on the host would be of the script of SHA-256 [0-9a-f]{64}, and of the script/,
    ],
  ])("cannot have %s", (_, one, other, message) => {
    expect(() => synth(one(), other())).toThrow(message);
  });
});

describe("a Zato that is there already", () => {
  test("is used where it is", () => {
    expect(manifestOf(ZatoInstallation.preinstalled("/srv/zato")).parameters).toMatchObject({
      method: "preinstalled",
      zato: "/srv/zato",
    });
    expect(manifestOf(ZatoInstallation.preinstalled()).parameters.zato).toBe("/opt/zato/current");
  });

  test("fails for a relative path", () => {
    expect(() => manifestOf(ZatoInstallation.preinstalled("~/zato"))).toThrow(
      /the path of the installation is '~\/zato'/,
    );
  });
});

describe("a script", () => {
  test("goes to the host as it is, and another text brings it there again", () => {
    const text = '#!/bin/sh\necho "${1}" %{x} $$ \\n\n';
    expect(manifestOf(ZatoInstallation.script({ file: file("a.sh", text) }))).toMatchObject({
      parameters: { method: "script", zato: "/opt/zato/3.3" },
      files: { script: text },
    });
    expect(manifestOf(ZatoInstallation.script({ file: file("a.sh", text), path: "/srv/zato" })).parameters.zato).toBe(
      "/srv/zato",
    );
  });

  test.each(["install.sh", "/nowhere/install.sh"])("fails for the file %s", (name) => {
    expect(() => manifestOf(ZatoInstallation.script({ file: name }))).toThrow(
      `the installation script '${name}' is not there; give the absolute path of a file that exists, for example by path.join(__dirname, …)`,
    );
  });
});

test.each([
  [
    "the line ends of Windows",
    "#!/bin/bash\r\ntrue\r\n",
    "has the line ends of Windows, and no host could run it; save it with LF",
  ],
  ["no interpreter", "true\n", "does not begin with '#!' and a path, and no host would know by what to run it"],
  ["a byte order mark before its interpreter", "\ufeff#!/bin/bash\n", "does not begin with '#!'"],
])("a script with %s is refused, which no host could run", (_, text, message) => {
  expect(() => manifestOf(ZatoInstallation.script({ file: file("a.sh", text) }))).toThrow(message);
});
