import { TerraformVariable, Token } from "cdktf";
import fc from "fast-check";
import { ImageArchiveProps, ImageProps, Secret, ZatoInstallation } from "cdktf-zato";
import { requireImageReference } from "../../lib/zato/image-reference";
import { Manifest } from "../support/manifest";
import { newCluster, newDeployment, newStack } from "../support/stack";
import { Template } from "../support/template";

const DIGEST = "0123456789abcdef".repeat(4);
const IMAGE = `registry.example.com/zato/zato-3.3@sha256:${DIGEST}`;
const ROOT = `/opt/zato/builds/${DIGEST}`;
const COMPONENTS = ["server1", "server2", "web-admin", "scheduler"];

function synth(installation: ZatoInstallation): Template {
  const stack = newStack();
  newCluster(stack, { installation });
  return Template.synth(stack);
}

function manifestOf(installation: ZatoInstallation): Manifest {
  return synth(installation).manifest("a/installation");
}

describe("a reference to an image", () => {
  const read = (image: string): string => requireImageReference(newStack(), image).text;

  test("without a registry is Docker Hub's, as engines have it", () => {
    expect(read(`zatosource/zato-4.1@sha256:${DIGEST}`)).toBe(`docker.io/zatosource/zato-4.1@sha256:${DIGEST}`);
    expect(read(`zato@sha256:${DIGEST}`)).toBe(`docker.io/library/zato@sha256:${DIGEST}`);
    expect(requireImageReference(newStack(), `zato@sha256:${DIGEST}`).endpoint).toBe("registry-1.docker.io:443");
  });

  test("may have a tag beside the digest, which only readers see", () => {
    expect(read(`ghcr.io/zatosource/zato-3.3:latest@sha256:${DIGEST}`)).toBe(
      `ghcr.io/zatosource/zato-3.3@sha256:${DIGEST}`,
    );
  });

  test("is read the same whichever registry, port, name and tag it has", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
    const registry = fc.oneof(
      fc.constantFrom("localhost", "10.0.0.1"),
      fc.stringMatching(/^[a-z0-9]{1,8}\.[a-z]{2,5}$/),
    );
    fc.assert(
      fc.property(
        registry,
        fc.option(fc.integer({ min: 1, max: 65535 })),
        fc.array(part, { minLength: 1, maxLength: 3 }),
        fc.option(part),
        (host, port, names, tag) => {
          const place = `${host}${port === null ? "" : `:${port}`}`;
          const found = requireImageReference(
            newStack(),
            `${place}/${names.join("/")}${tag === null ? "" : `:${tag}`}@sha256:${DIGEST}`,
          );
          expect(found).toEqual({
            text: `${place}/${names.join("/")}@sha256:${DIGEST}`,
            registry: place,
            endpoint: `${host}:${port ?? 443}`,
            digest: DIGEST,
          });
        },
      ),
    );
  });

  test.each([
    ["zatosource/zato-4.1:latest", "docker.io/zatosource/zato-4.1", "latest"],
    ["zatosource/zato-4.1", "docker.io/zatosource/zato-4.1", "TAG"],
    ["registry.example.com:5000/zato:3.3", "registry.example.com:5000/zato", "3.3"],
  ])("that is a tag alone is refused, with the command that prints its digest: %s", (image, name, tag) => {
    expect(() => read(image)).toThrow(
      `the image '${image}' has no digest, and what a tag stands for changes; ` +
        `give '${name}@sha256:…' with what this prints: skopeo inspect --format '{{.Digest}}' docker://${name}:${tag}`,
    );
  });

  test.each([
    ["a digest that is short", `zato@sha256:${DIGEST.slice(1)}`, /'sha256:.*' is no digest of an image/],
    ["a digest of another kind", `zato@sha512:${DIGEST}`, /'sha512:.*' is no digest/],
    ["a digest in capitals", `zato@sha256:${DIGEST.toUpperCase()}`, /is no digest/],
    ["a line behind the digest", `zato@sha256:${DIGEST}\n`, /is no digest/],
    [
      "a transport",
      `docker://registry.example.com/zato@sha256:${DIGEST}`,
      /is no container image; .*without 'docker:\/\/'/,
    ],
    ["capitals in the name", `registry.example.com/Zato@sha256:${DIGEST}`, /is no container image/],
    ["nothing", "", /'' is no container image/],
    ["what is not given", undefined as unknown as string, /'undefined' has no digest/],
    ["an option", `--all@sha256:${DIGEST}`, /is no container image/],
    ["a blank", `registry.example.com/za to@sha256:${DIGEST}`, /is no container image/],
    ["a user", `me:pw@registry.example.com/zato@sha256:${DIGEST}`, /is no digest|is no container image/],
  ])("fails for %s", (_, image, message) => {
    expect(() => read(image)).toThrow(message);
  });

  test("fails for one that is known to Terraform only", () => {
    expect(() => read(Token.asString({ resolve: () => "x" }))).toThrow(
      /the image of Zato is known to Terraform only; give a text/,
    );
  });
});

describe("an image", () => {
  test("is named to the host with its registry, and is a build of its own", () => {
    expect(manifestOf(ZatoInstallation.image({ image: IMAGE })).parameters).toMatchObject({
      method: "image",
      image: IMAGE,
      registry: "registry.example.com",
      username: "",
      zato: "/opt/zato/current",
      root: ROOT,
    });
  });

  test("is the root directory of what runs Zato, which sees its own folders and the host's accounts and names", () => {
    const template = synth(ZatoInstallation.image({ image: IMAGE }));
    for (const component of COMPONENTS) {
      const { parameters, files } = template.manifest(`a/${component}`);
      const lines = files.unit!.split("\n");
      expect(lines).toEqual(
        expect.arrayContaining([
          `RootDirectory=${ROOT}`,
          "RootDirectoryStartOnly=true",
          "MountAPIVFS=true",
          `WorkingDirectory=-/opt/zato/env/a/${component}`,
        ]),
      );
      const bound = lines
        .find((line) => line.startsWith("BindPaths="))!
        .slice("BindPaths=".length)
        .split(" ");
      const places = ["/etc/group", "/etc/hosts", "/etc/passwd", "/etc/resolv.conf", "/opt/zato/env", "/opt/zato/packages", "/run"]; // prettier-ignore
      expect(bound).toEqual(places.map((place) => `-${place}`));
      expect(parameters).toMatchObject({ root: ROOT, from_host: places.join("\n") });
      expect(files.unit).toMatch(/^Environment=PATH=\/opt\/zato\/current\/bin:\S+ LANG=C.UTF-8$/m);
    }
  });

  test("keeps the hardening of units", () => {
    const others = (unit: string): string[] =>
      unit
        .split("\n")
        .filter((line) => !/^(RootDirectory|MountAPIVFS|Bind|WorkingDirectory|Environment|X-Zato)/.test(line));
    const [image, folder] = [
      ZatoInstallation.image({ image: IMAGE }),
      ZatoInstallation.preinstalled("/opt/zato/current"),
    ].map((one) => synth(one));
    for (const component of COMPONENTS) {
      const [one, other] = [image!, folder!].map((template) => template.manifest(`a/${component}`).files.unit!);
      expect(others(one!)).toEqual(others(other!));
    }
  });

  test("is told to what brings content, and its requirements lie beside it", () => {
    const stack = newStack();
    newDeployment(stack, { installation: ZatoInstallation.image({ image: IMAGE }) }).content.addCache("A");
    expect(Template.synth(stack).manifest("zato/content/host1").parameters).toMatchObject({
      root: ROOT,
      build: DIGEST,
      packages: `/opt/zato/packages/host1/${DIGEST}`,
    });
  });

  test("leaves units without it as they are", () => {
    const { parameters, files } = synth(ZatoInstallation.preinstalled()).manifest("a/server1");
    expect(files.unit).not.toMatch(/RootDirectory|LANG=/);
    expect(parameters).not.toHaveProperty("root");
  });

  test("has its registry reached before anything is touched, unless the build is there", () => {
    expect(synth(ZatoInstallation.image({ image: IMAGE })).preflight("host1").parameters.endpoints).toContain(
      `registry.example.com:443 ${ROOT}`,
    );
  });

  test("is pulled with a password that is in no trigger and no manifest", () => {
    // GIVEN
    const stack = newStack();
    const variable = new TerraformVariable(stack, "registry", { type: "string" });
    const password = Secret.fromVariable(variable, { version: "7" });
    newCluster(stack, { installation: ZatoInstallation.image({ image: IMAGE, username: "robot$zato", password }) });

    // THEN
    const template = Template.synth(stack);
    const { triggers, provisioner } = template.state("a/installation");
    expect(triggers).toMatchObject({ secret_registry_password: "7", username: "robot$zato" });
    expect(template.manifest("a/installation").parameters.secrets).toBe("registry_password given");
    const carrying = provisioner!.filter((one) => one.file?.content === "${var.registry}");
    expect(carrying.map(({ file }) => file!.destination)).toEqual([
      expect.stringMatching(/\.secret\.registry_password$/),
    ]);
    expect(template.text.match(/\$\{var\.registry\}/g)).toHaveLength(1);
  });

  test.each<[string, Partial<ImageProps>, RegExp]>([
    ["a user name alone", { username: "me" }, /gets a user name and no password; give both 'username' and 'password'/],
    [
      "a generated password",
      { username: "me", password: Secret.generated() },
      /the registry's password is Secret.generated\(\), which no registry knows/,
    ],
    ["a password alone", { password: Secret.generated() }, /gets a password and no user name/],
    ["a path of the clusters'", { path: "/opt/zato/env" }, /the path of the installation is '\/opt\/zato\/env'/],
    ["a relative path", { path: "zato" }, /give an absolute path/],
  ])("fails for %s", (_, wrong, message) => {
    expect(() => manifestOf(ZatoInstallation.image({ image: IMAGE, ...wrong }))).toThrow(message);
  });

  test.each(["me:you", "a\nb", ""])("fails for the user name %j", (username) => {
    const stack = newStack();
    const password = Secret.fromVariable(new TerraformVariable(stack, "registry", {}));
    expect(() =>
      newCluster(stack, { installation: ZatoInstallation.image({ image: IMAGE, username, password }) }),
    ).toThrow(/the registry's user name is/);
  });

  test("fails for a password that is a text", () => {
    const password = "hunter2" as unknown as Secret;
    const create = (): unknown => manifestOf(ZatoInstallation.image({ image: IMAGE, username: "me", password }));
    expect(create).toThrow(/^(?!.*hunter2).*the registry's password is of the type string, and no Secret/);
  });
});

describe("the file of an image", () => {
  const props: ImageArchiveProps = { url: "https://example.com/zato.tar", sha256: DIGEST.toUpperCase() };

  test("is downloaded and compared, and becomes a build by its SHA-256", () => {
    const template = synth(ZatoInstallation.imageArchive(props));
    expect(template.manifest("a/installation").parameters).toMatchObject({
      method: "image-archive",
      url: props.url,
      sha256: DIGEST,
      root: ROOT,
    });
    expect(template.manifest("a/server1").files.unit).toContain(`RootDirectory=${ROOT}\n`);
    expect(template.preflight("host1").parameters.downloads).toBe(`${props.url} ${ROOT}`);
  });

  test.each<[string, Partial<ImageArchiveProps>, RegExp]>([
    [
      "a password in the URL",
      { url: "https://me:hunter2@example.com/a" },
      /^(?!.*hunter2).*the URL of the image's file holds a user/,
    ],
    ["a path for a URL", { url: "/tmp/zato.tar" }, /is no URL of the image's file/],
    ["a short SHA-256", { sha256: "abc" }, /'abc' is no SHA-256; .* prints for the file/],
  ])("fails for %s", (_, wrong, message) => {
    expect(() => manifestOf(ZatoInstallation.imageArchive({ ...props, ...wrong }))).toThrow(message);
  });
});
