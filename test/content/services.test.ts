import childProcess from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
  deployment.content.addServices(path);
  return deployment;
}

function servicesIn(source: string, file = "my_orders.py"): readonly string[] {
  return withServices({ [file]: source })
    .content._files()
    .withServices.flatMap(({ services }) => services);
}

const IMPORT = "from zato.server.service import Service\n";
const ONE_SERVICE = `${IMPORT}class A(Service):\n    name = 'a.one'\n`;

interface Names {
  readonly names: readonly { readonly file: string; readonly class: string; readonly name: string }[];
}

interface Bases {
  readonly bases: readonly { readonly import: string }[];
}

/** What the real Zato says. */
function conformance(file: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, "..", "data", "conformance", file), "utf8"));
}

test("services without a name of their own are called as Zato calls them", () => {
  // GIVEN
  const { names } = conformance("service-names.json") as Names;
  // Some classes have one name to Zato: it takes several folders to hold them all.
  const folders: (typeof names)[number][][] = [];
  for (const one of names) {
    const free = folders.find((taken) => taken.every(({ name }) => name !== one.name));
    if (free) {
      free.push(one);
    } else {
      folders.push([one]);
    }
  }

  for (const [index, classes] of folders.entries()) {
    // WHEN
    for (const { file, class: name } of classes) {
      mkdirSync(join(folder(), `${index}`), { recursive: true });
      appendFileSync(join(folder(), `${index}`, file), `${IMPORT}class ${name}(Service):\n    pass\n`);
    }
    const serviceFiles = withServices({}, join(folder(), `${index}`)).content._files().withServices;

    // THEN
    expect(serviceFiles.flatMap(({ services }) => services).sort()).toEqual(classes.map(({ name }) => name).sort());
  }
});

test("a service may derive from whatever is a service in Zato", () => {
  const { bases } = conformance("service-bases.json") as Bases;
  bases.forEach(({ import: path }, index) => {
    const [module, base] = [path.slice(0, path.lastIndexOf(".")), path.slice(path.lastIndexOf(".") + 1)];
    write({ [`s${index}.py`]: `from ${module} import ${base} as Base\nclass A(Base):\n    pass\n` });
  });
  expect(
    withServices({})
      .content._files()
      .withServices.flatMap(({ services }) => services),
  ).toEqual(bases.map((_, index) => `s${index}.a`));
});

describe("the services of a file", () => {
  test.each([
    ["a name in single quotes", "class A(Service):\n    name = 'a.one'\n", ["a.one"]],
    ["a name with a type and a comment", 'class A(Service):\n    name: str = "a.one" # x\n', ["a.one"]],
    ["a name in parts that stand side by side", "class A(Service):\n    name = 'a.' 'one'\n", ["a.one"]],
    ["an empty name", "class A(Service):\n    name = ''\n", ["my-orders.a"]],
    ["tabs and the line ends of Windows", "class A(Service):\r\n\tname = 'a.one'\r\n", ["a.one"]],
    ["everything on one line", "class A(Service): name = 'a.one'\n", ["a.one"]],
    [
      "a text before the name",
      'class A(Service):\n    """name = \'x\'\nclass B(Service):\n"""\n\n    name = \'a.one\'\n',
      ["a.one"],
    ],
    [
      "a class in a text",
      'X = """\nclass B(Service):\n    name = \'b\'\n"""\nclass A(Service):\n    pass\n',
      ["my-orders.a"],
    ],
    [
      "bases on several lines",
      "class Mixin: pass\nclass A(\n    Mixin,\n    Service,\n):\n    name = 'a.one'\n",
      ["a.one"],
    ],
    ["a base by another name", "import zato.server.service as z\nclass A(z.RESTAdapter):\n    pass\n", ["my-orders.a"]],
    [
      "a base by all its names",
      "import zato.server.service\nclass A(zato.server.service.Service):\n    pass\n",
      ["my-orders.a"],
    ],
    ["a base that was renamed", "Base = Service\nclass A(Base):\n    pass\n", ["my-orders.a"]],
    ["a base out of all names", "from zato.server.service import *\nclass A(WSXAdapter):\n    pass\n", ["my-orders.a"]],
    [
      "an import that may fail",
      "try:\n    import ujson\nexcept ImportError:\n    import json\nclass A(Service):\n    pass\n",
      ["my-orders.a"],
    ],
    [
      "a variable of a method that is called name",
      "class A(Service):\n    def handle(self):\n        name = 'x'\n",
      ["my-orders.a"],
    ],
    ["a name of something else below the class", "class A(Service):\n    pass\n\nname = 'x'\n", ["my-orders.a"]],
    [
      "classes that are no services",
      "from dataclasses import dataclass\nfrom pydantic import BaseModel\nfrom zato.server.service import Model\n" +
        "@dataclass\nclass D(Model):\n    name: str\nclass P(BaseModel):\n    name: str\nclass E(Exception):\n    name = 'x'\n" +
        "class A(Service):\n    pass\n",
      ["my-orders.a"],
    ],
    ["a class that is gone", "class B(Service):\n    pass\ndel B\nclass A(Service):\n    pass\n", ["my-orders.a"]],
    [
      "a class that was replaced",
      "class A(Service):\n    name = 'x'\nclass A(Service):\n    name = 'a.one'\n",
      ["a.one"],
    ],
    ["a class inside another one", "class A(Service):\n    class B(Service):\n        pass\n", ["my-orders.a"]],
    [
      "a class that is not to be deployed",
      "class B(Service):\n    zato_dont_import = True\nclass A(Service):\n    pass\n",
      ["my-orders.a"],
    ],
    [
      "several classes, one derived from the other",
      "class Base(Service):\n    pass\nclass A(Base):\n    name = 'a.one'\nclass B(A):\n    name = 'b'\n",
      ["my-orders.base", "a.one", "b"],
    ],
    [
      "a name that comes from beside a service",
      "class Named:\n    name = 'a.one'\nclass A(Named, Service):\n    pass\n",
      ["a.one"],
    ],
    [
      "a get_name() that returns a text",
      "class A(Service):\n    @classmethod\n    def get_name(cls):\n        return 'a.one'\n",
      ["a.one"],
    ],
  ])("are found with %s", (_, source, expected) => {
    expect(servicesIn(IMPORT + source)).toEqual(expected);
  });

  test("derive from classes of other files, and of packages, of the same folder and of one before", () => {
    // GIVEN
    write({ "before/common.py": `${IMPORT}class Common(Service):\n    pass\n` });
    const deployment = withServices({}, join(folder(), "before"));

    // WHEN
    write({
      "later/base.py":
        "from shared.deep import *\nfrom shared import other as o\nclass Mine(Deep): pass\nOther = o.Other\n",
      "later/a.py": "import base\nclass A(base.Mine): pass\n",
      "later/b.py": "from base import Other as Base\nclass B(Base): pass\n",
      "later/c.py": "from common import Common\nclass C(Common): pass\n",
      "later/shared/__init__.py": "",
      "later/shared/deep.py": "from zato.server.service import RESTAdapter\nclass Deep(RESTAdapter):\n    pass\n",
      "later/shared/other.py": "from .deep import Deep\nclass Other(Deep):\n    pass\n",
    });
    deployment.content.addServices(join(folder(), "later"));

    // THEN
    expect(deployment.content._files().withServices.flatMap(({ services }) => services)).toEqual([
      "a.a",
      "b.b",
      "base.mine",
      "c.c",
      "common.common",
    ]);
  });

  test.each([
    ["a base that is nowhere", "class A(Base):\n    pass\n", 2, "the class A derives from 'Base', which is not there"],
    [
      "a base of somebody else's package",
      "from acme import Base\nclass A(Base):\n    pass\n",
      3,
      "the class A derives from 'acme.Base', of which nobody here can tell whether it is a service",
    ],
    [
      "all names of somebody else's package",
      "from acme import *\nclass A(Base):\n    pass\n",
      3,
      "the class A derives from 'Base', which may come from 'from acme import *'",
    ],
    [
      "a base that is worked out",
      "class A(base_of('A')):\n    pass\n",
      2,
      "the class A derives from 'base_of('A')', which only Python can work out",
    ],
    [
      "Zato's module that it cannot import",
      "from zato.server.service.adapter import JSONAdapter\nclass A(JSONAdapter):\n    pass\n",
      3,
      "the class A derives from 'zato.server.service.adapter.JSONAdapter', and Zato 3.3 cannot import zato.server.service.adapter",
    ],
    ["a condition", "if 1:\n    class A(Service):\n        pass\n", 3, "the class A is a service under a condition"],
    [
      "a name that is worked out",
      "class A(Service):\n    x = 1\n    name = PREFIX + '.a'\n",
      4,
      "the class A is named by PREFIX + '.a', which only Python can work out; write the name out, in quotes",
    ],
    [
      "a name that depends on something",
      "class A(Service):\n    if 1:\n        name = 'a'\n",
      3,
      "the class A is named by a If, which only Python can work out",
    ],
    [
      "a name that is set from outside",
      "class A(Service):\n    pass\nA.name = 'x'\n",
      4,
      "sets A.name, which decides what a service is; set it in the class",
    ],
    [
      "a get_name() that does something",
      "class A(Service):\n    @classmethod\n    def get_name(cls):\n        return 'a' + cls.x\n",
      4,
      "the class A has a get_name() of its own, which only Zato can ask",
    ],
    [
      "a before_add_to_store()",
      "class A(Service):\n    @staticmethod\n    def before_add_to_store(logger):\n        return False\n",
      4,
      "the class A has a before_add_to_store() of its own, which only Zato can ask",
    ],
    [
      "the name of another one, which it inherits",
      "class A(Service):\n    name = 'a.one'\nclass B(A):\n    pass\n",
      4,
      "the class B is the service 'a.one', as another class here is; give each a name of its own",
    ],
    ["a fault of syntax", "class A(Service)\n    pass\n", 2, "is no Python: "],
  ])("cannot have %s", (_, source, line, message) => {
    expect(() => servicesIn(IMPORT + source)).toThrow(
      `stack/zato/content: ${folder()}/my_orders.py:${line}: ${message}`,
    );
  });

  test("are known by the hash of the whole file", () => {
    const [file] = withServices({ "a.py": ONE_SERVICE }).content._files().withServices;
    expect(file).toEqual({
      fileName: "a.py",
      path: join(folder(), "a.py"),
      text: ONE_SERVICE,
      sha256: createHash("sha256").update(ONE_SERVICE).digest("hex"),
      services: ["a.one"],
    });
  });
});

describe("a folder of services", () => {
  test("gives its Python files, and what pip installs", () => {
    // GIVEN
    const deployment = withServices({
      "b.py": `${IMPORT}class B(Service):\n    pass\n`,
      "a.py": ONE_SERVICE,
      "__init__.py": "",
      "notes.txt": "no service",
      "requirements.txt": "requests==2.32\n",
    });

    // THEN
    expect(deployment.content._files().withServices.map(({ fileName }) => fileName)).toEqual(["a.py", "b.py"]);
    expect(Object.keys(deployment.content._files().folder.hashes)).toEqual([
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
      "shared/base/service.py": `${IMPORT}class Base(Service):\n    def handle(self):\n        pass\n`,
      ".venv/lib/x.py": "",
      "shared/notes.txt": "",
    });

    // THEN
    expect(deployment.content._files().withServices.map(({ fileName }) => fileName)).toEqual(["orders.py"]);
    expect(Object.keys(deployment.content._files().folder.hashes)).toEqual([
      "modules/money.py",
      "modules/shared/__init__.py",
      "modules/shared/base/service.py",
      "services/orders.py",
    ]);
    const { files } = Template.synth(TerraformStack.of(deployment)).manifest("zato/host1/server1");
    expect(files.environment).toContain(
      'PYTHONPATH="/opt/zato/env/host1/modules:/opt/zato/packages/host1/installed"\n',
    );
  });

  test("may be one file alone", () => {
    write({ "b.py": `${IMPORT}class B(Service):\n    pass\n` });
    const deployment = withServices({ "a.py": ONE_SERVICE }, join(folder(), "a.py"));
    expect(deployment.content._files().withServices.map(({ fileName }) => fileName)).toEqual(["a.py"]);
  });

  test("reaches every cluster alike, and what servers are asked for is what is in it", () => {
    // GIVEN
    const deployment = withServices({ "a.py": ONE_SERVICE, "b.py": `${IMPORT}class B(Service):\n    pass\n` });
    const hashes = Object.fromEntries(
      deployment.content._files().withServices.map(({ services, sha256 }) => [services[0]!, sha256] as const),
    );

    // WHEN
    const template = Template.synth(TerraformStack.of(deployment));

    // THEN
    for (const host of ["host1", "host2"]) {
      const { parameters, files } = template.manifest(`zato/content/${host}`);
      expect(parameters.services?.split("\n")).toEqual([`a.one ${hashes["a.one"]}`, `b.b ${hashes["b.b"]}`]);
      expect(parameters.servers).toBe("127.0.0.1:17010 2\n127.0.0.1:17011 2");
      expect(parameters.owned).toBe("service/a.one\nservice/b.b");
      expect(JSON.parse(files.expected!) as unknown).toMatchObject({ objects: {}, services: hashes });
    }
  });

  test.each([
    ["a relative path", {}, "services", "'services' is not there; give the absolute path"],
    ["a path that is not there", {}, "/nowhere/services", "'/nowhere/services' is not there; give the absolute path"],
    ["no Python file", { "notes.txt": "" }, undefined, "there is no service in"],
    ["modules alone", { "a.py": "class Model:\n    pass\n" }, undefined, "there is no service in"],
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
      /queue\.py:1: would hide the module 'queue', which Zato itself needs; rename it/,
    ],
    [
      "a package that hides Zato",
      { "a.py": ONE_SERVICE, "zato/b.py": "" },
      undefined,
      /zato\/b\.py:1: would hide the module 'zato', which Zato itself needs/,
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
    write({ "two/a.py": `${IMPORT}class B(Service):\n    pass\n` });
    expect(() => deployment.content.addServices(join(folder(), "two"))).toThrow(
      `'${folder()}/two/a.py' and '${folder()}/one/a.py' both become services/a.py`,
    );
  });

  test("fails when a module of one folder has the name of a service of another", () => {
    const deployment = withServices({ "one/a.py": ONE_SERVICE, "one/m.py": "" }, join(folder(), "one"));
    write({ "two/a.py": "X = 1\n", "three/m.py": `${IMPORT}class M(Service):\n    pass\n` });
    for (const [other, file] of [
      ["two", "a.py"],
      ["three", "m.py"],
    ] as const) {
      expect(() => deployment.content.addServices(join(folder(), other))).toThrow(
        `Python would know '${folder()}/${other}/${file}' and '${folder()}/one/${file}' by one name; rename one of them`,
      );
    }
  });

  test("fails without a Python on the machine that synthesizes, since nobody else can read it", () => {
    const spawn = jest.spyOn(childProcess, "spawnSync").mockReturnValue({ status: null } as never);
    try {
      expect(() => servicesIn(ONE_SERVICE)).toThrow(
        "stack/zato/content: there is no python3 on this machine, and nothing else can tell which services are in Python files; install Python 3.10",
      );
    } finally {
      spawn.mockRestore();
    }
  });
});

test("a service that Zato would hide from imports", () => {
  expect(() => servicesIn(`${IMPORT}class A(Service):\n    name = 'zato-orders.list'\n`)).toThrow(
    /Zato would hide the service 'zato-orders.list' in '.*my_orders.py' from imports; give it a name that does not begin with 'zato'/,
  );
});
