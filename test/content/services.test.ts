import childProcess from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TerraformStack } from "cdktf";
import type { HighAvailabilityDeployment } from "cdktf-zato";
import { temporaryFolder } from "../support/bash";
import { newDeployment, newStack } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

/** Writes files, each named by its path in the test's folder. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder(), name)), { recursive: true });
    writeFileSync(join(folder(), name), content);
  }
}

function withServices(files: Readonly<Record<string, string>>, path = folder()): HighAvailabilityDeployment {
  write(files);
  const deployment = newDeployment(newStack());
  deployment.addServices(path);
  return deployment;
}

function servicesIn(source: string, file = "my_orders.py"): readonly string[] {
  return withServices({ [file]: source }).serviceFiles.flatMap(({ services }) => services);
}

const ONE_SERVICE = "class A(Service):\n    name = 'a.one'\n";

describe("the services of a file", () => {
  test.each([
    ["a name in single quotes", "class A(Service):\n    name = 'a.one'\n", ["a.one"]],
    [
      "a name in double quotes, with a type and a comment",
      'class A(Service):\n    name: str = "a.one" # x\n',
      ["a.one"],
    ],
    ["tabs and the line ends of Windows", "class A(Service):\r\n\tname = 'a.one'\r\n", ["a.one"]],
    ["everything on one line", "class A(Service): name = 'a.one'\n", ["a.one"]],
    [
      "a text before the name",
      'class A(Service):\n    """name = \'x\'\nclass B(Service):\n"""\n\n    name = \'a.one\'\n',
      ["a.one"],
    ],
    ["a comment at the beginning of a line", "class A(Service):\n# remark\n    name = 'a.one'\n", ["a.one"]],
    ["bases on several lines", "class A(\n    Mixin,\n    Service,\n):\n    name = 'a.one'\n", ["a.one"]],
    ["a base of another module", "class A(service.AsyncService):\n    name = 'a.one'\n", ["a.one"]],
    [
      "a variable of a method that is called name",
      "class A(Service):\n    def handle(self):\n        name = 'x'\n",
      ["my-orders.a"],
    ],
    ["a name of something else below the class", "class A(Service):\n    pass\n\nname = 'x'\n", ["my-orders.a"]],
    ["no name of its own", "class GetOrderByID2(Service):\n    pass\n", ["my-orders.get-order-by-id2"]],
    [
      "classes that are no services",
      "class Model:\n    pass\nclass E(Exception):\n    name = 'x'\n" + ONE_SERVICE,
      ["a.one"],
    ],
    [
      "several classes, one derived from the other",
      "class Base(Service):\n    pass\nclass A(Base):\n    name = 'a.one'\nclass B(A):\n    name = 'b'\n",
      ["my-orders.base", "a.one", "b"],
    ],
  ])("are found with %s", (_, source, expected) => {
    expect(servicesIn(source)).toEqual(expected);
  });

  test("are known by the hash of the whole file", () => {
    const [file] = withServices({ "a.py": ONE_SERVICE }).serviceFiles;
    expect(file).toEqual({
      fileName: "a.py",
      path: join(folder(), "a.py"),
      sha256: createHash("sha256").update(ONE_SERVICE).digest("hex"),
      services: ["a.one"],
    });
  });

  test("cannot be named by what only Python can work out", () => {
    expect(() => servicesIn("class A(Service):\n    name = PREFIX + '.a'\n")).toThrow(
      `stack/zato: the service A in '${folder()}/my_orders.py' is named by PREFIX + '.a', which only Python can work out; write the name out, in quotes`,
    );
  });

  test("need names of their own, also where one class inherits the name of another", () => {
    expect(() => servicesIn(`${ONE_SERVICE}class B(A):\n    pass\n`)).toThrow(
      `two classes in '${folder()}/my_orders.py' are the service 'a.one'; give each a name of its own`,
    );
  });
});

describe("a folder of services", () => {
  test("gives its Python files, and what pip installs", () => {
    // GIVEN
    const deployment = withServices({
      "b.py": "class B(Service):\n    pass\n",
      "a.py": ONE_SERVICE,
      "__init__.py": "",
      "notes.txt": "no service",
      "requirements.txt": "requests==2.32\n",
    });

    // THEN
    expect(deployment.serviceFiles.map(({ fileName }) => fileName)).toEqual(["a.py", "b.py"]);
    expect(Object.keys(deployment.contentFolder.hashes)).toEqual([
      "requirements.txt",
      "services/a.py",
      "services/b.py",
    ]);
  });

  test("brings along what its services import: files without services, and packages", () => {
    // GIVEN
    const deployment = withServices({
      "orders.py": ONE_SERVICE,
      "money.py": "def fmt(x):\n    return x\n",
      "shared/__init__.py": "",
      "shared/base/service.py": "class Base(Service):\n    def handle(self):\n        pass\n",
      ".venv/lib/x.py": "",
      "shared/notes.txt": "",
    });

    // THEN
    expect(deployment.serviceFiles.map(({ fileName }) => fileName)).toEqual(["orders.py"]);
    expect(Object.keys(deployment.contentFolder.hashes)).toEqual([
      "modules/money.py",
      "modules/shared/__init__.py",
      "modules/shared/base/service.py",
      "services/orders.py",
    ]);
    const { files } = Template.synth(TerraformStack.of(deployment)).manifest("zato/host1/server1");
    expect(files.environment).toContain('PYTHONPATH="/opt/zato/env/host1/modules"\n');
  });

  test("may be one file alone", () => {
    write({ "b.py": "class B(Service):\n    pass\n" });
    const deployment = withServices({ "a.py": ONE_SERVICE }, join(folder(), "a.py"));
    expect(deployment.serviceFiles.map(({ fileName }) => fileName)).toEqual(["a.py"]);
  });

  test("reaches every cluster alike, and what servers are asked for is what is in it", () => {
    // GIVEN
    const deployment = withServices({ "a.py": ONE_SERVICE, "b.py": "class B(Service):\n    pass\n" });
    const hashes = Object.fromEntries(
      deployment.serviceFiles.map(({ services, sha256 }) => [services[0]!, sha256] as const),
    );

    // WHEN
    const template = Template.synth(TerraformStack.of(deployment));

    // THEN
    for (const host of ["host1", "host2"]) {
      const { parameters, files } = template.manifest(`zato/content/${host}`);
      expect(parameters.services?.split("\n")).toEqual([`a.one ${hashes["a.one"]}`, `b.b ${hashes["b.b"]}`]);
      expect(parameters.servers).toBe("127.0.0.1:17010 2\n127.0.0.1:17011 2");
      expect(parameters.owned).toBe("service/a.one\nservice/b.b");
      expect(JSON.parse(files.expected!) as unknown).toEqual({ objects: {}, services: hashes });
    }
  });

  test.each([
    ["a relative path", {}, "services", "'services' is not there; give the absolute path"],
    ["a path that is not there", {}, "/nowhere/services", "'/nowhere/services' is not there; give the absolute path"],
    ["no Python file", { "notes.txt": "" }, undefined, "there is no service in"],
    ["modules alone", { "a.py": "class Model:\n    pass\n" }, undefined, "there is no service in"],
    [
      "a class that only Python can tell to be a service",
      { "a.py": ONE_SERVICE, "b.py": "class B(Base):\n    def handle(self):\n        pass\n" },
      undefined,
      /there is a method 'handle' in '.*b\.py', and no class that can be told to be a service; let it derive from/,
    ],
    [
      "a service and a package of one name",
      { "a.py": ONE_SERVICE, "a/b.py": "" },
      undefined,
      /Python would know '.*a\/b\.py' and '.*a\.py' by one name; rename one of them/,
    ],
    [
      "a service that hides a module of Python's own",
      { "queue.py": ONE_SERVICE },
      undefined,
      /queue\.py would hide the module 'queue', which Zato itself needs; mend or rename the file/,
    ],
    [
      "a package that hides Zato",
      { "a.py": ONE_SERVICE, "zato/b.py": "" },
      undefined,
      /zato\/b\.py would hide the module 'zato', which Zato itself needs/,
    ],
    [
      "a name that no module can have",
      { "my-orders.py": ONE_SERVICE },
      undefined,
      "cannot be the file of a Python module",
    ],
    [
      "a service that is there twice",
      { "a.py": ONE_SERVICE, "b.py": ONE_SERVICE },
      undefined,
      /the service 'a\.one' is in '.*b\.py' and in '.*a\.py'; give each service a name of its own/,
    ],
  ])("fails with %s", (_, files, path, message) => {
    expect(() => withServices(files as Record<string, string>, path ?? folder())).toThrow(message);
  });

  test("fails when two folders have a module of the same name", () => {
    const deployment = withServices({ "one/a.py": ONE_SERVICE }, join(folder(), "one"));
    write({ "two/a.py": "class B(Service):\n    pass\n" });
    expect(() => deployment.addServices(join(folder(), "two"))).toThrow(
      `'${folder()}/two/a.py' and '${folder()}/one/a.py' both become services/a.py`,
    );
  });

  test("fails when a module of one folder has the name of a service of another", () => {
    const deployment = withServices({ "one/a.py": ONE_SERVICE, "one/m.py": "" }, join(folder(), "one"));
    write({ "two/a.py": "X = 1\n", "three/m.py": "class M(Service):\n    pass\n" });
    for (const [other, file] of [
      ["two", "a.py"],
      ["three", "m.py"],
    ] as const) {
      expect(() => deployment.addServices(join(folder(), other))).toThrow(
        `Python would know '${folder()}/${other}/${file}' and '${folder()}/one/${file}' by one name; rename one of them`,
      );
    }
  });

  test("fails when Python cannot read a file, which Zato itself would only log", () => {
    expect(() => withServices({ "a.py": "class A(Service)\n    pass\n" })).toThrow(
      /python cannot use the services: .*a\.py:1: .+; mend or rename the file/,
    );
  });

  test("does not need a Python on the machine that synthesizes", () => {
    const spawn = jest.spyOn(childProcess, "spawnSync").mockReturnValue({ status: null } as never);
    try {
      expect(servicesIn(`${ONE_SERVICE}def broken(\n`)).toEqual(["a.one"]);
    } finally {
      spawn.mockRestore();
    }
  });
});

test("a service that Zato would hide from imports", () => {
  expect(() => servicesIn("class A(Service):\n    name = 'zato-orders.list'\n")).toThrow(
    /Zato would hide the service 'zato-orders.list' in '.*my_orders.py' from imports; give it a name that does not begin with 'zato'/,
  );
});
