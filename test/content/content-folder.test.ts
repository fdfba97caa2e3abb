import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { App, TerraformStack } from "cdktf";
import type { HighAvailabilityDeployment } from "cdktf-zato";
import { temporaryFolder } from "../support/bash";
import { newDeployment } from "../support/stack";
import { expressionsIn, literalOf } from "../support/terraform-text";

const folder = temporaryFolder();

function write(name: string, content: string): string {
  const file = join(folder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

interface Synthesized {
  readonly deployment: HighAvailabilityDeployment;
  /** Where Terraform runs. */
  readonly stackFolder: string;
}

/** Synthesizes as a CDKTF program does, with files written beside the stack. */
function synth(fill: (deployment: HighAvailabilityDeployment) => void): Synthesized {
  const app = new App({ outdir: join(folder(), "out") });
  const stack = new TerraformStack(app, "stack");
  const deployment = newDeployment(stack);
  fill(deployment);
  app.synth();
  return { deployment, stackFolder: join(folder(), "out", "stacks", "stack") };
}

test("files are copied to where Terraform finds them, folders with all that is in them", () => {
  // GIVEN
  write("services/a.py", "from zato.server.service import Service\nclass A(Service):\n    pass\n");
  write("static/one.json", "{}");
  write("static/deep/er/two.bin", "\u0000two");

  // WHEN
  const { deployment, stackFolder } = synth((zato) => {
    zato.content.addServices(join(folder(), "services"));
    zato.content.addUserConfig(write("app.ini", "[app]\n"));
    zato.content.addStaticFiles(join(folder(), "static"));
  });

  // THEN
  const copies = join(stackFolder, deployment.content._files().folder.path);
  const copied = readdirSync(copies, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(copied.map((entry) => join(entry.parentPath, entry.name).slice(copies.length + 1)).sort()).toEqual([
    "services/a.py",
    "static/deep/er/two.bin",
    "static/one.json",
    "user-conf/app.ini",
  ]);
  expect(readFileSync(join(copies, "static/deep/er/two.bin"), "utf8")).toBe("\u0000two");
});

test("names of files are what they are to Terraform, too", () => {
  // GIVEN
  const names = ["a${b}.html", "%{if}.js", "$${c}", "$%{d", "é 'x' \"y\"", "[*]?"];
  names.forEach((name) => write(`static/${name}`, "x"));

  // WHEN
  const { stackFolder } = synth((zato) => zato.content.addStaticFiles(join(folder(), "static")));

  // THEN
  const { resource } = JSON.parse(readFileSync(join(stackFolder, "cdk.tf.json"), "utf8")) as {
    resource: { null_resource: Record<string, { triggers: Record<string, string> }> };
  };
  const keys = Object.entries(resource.null_resource).flatMap(([id, { triggers }]) =>
    id.startsWith("zato_content_host1") ? Object.keys(triggers) : [],
  );
  expect(keys.flatMap(expressionsIn)).toEqual([]);
  expect(keys.map(literalOf)).toEqual(expect.arrayContaining(names.map((name) => `static/${name}`)));
});

test("a name that would be more than one to the program that copies files is refused", () => {
  write("static/a\nb", "x");
  expect(() => synth((zato) => zato.content.addStaticFiles(join(folder(), "static")))).toThrow(
    'stack/zato/content: the name of a file for hosts is "static/a\\nb"; give text on one line',
  );
});

test("another content gets another folder, and the one before is taken away", () => {
  // GIVEN
  const add = (zato: HighAvailabilityDeployment): void => zato.content.addUserConfig(join(folder(), "app.ini"));
  write("app.ini", "one");
  const before = synth(add);
  const former = join(before.stackFolder, before.deployment.content._files().folder.path);
  const hashes = before.deployment.content._files().folder.hashes;

  // WHEN
  write("app.ini", "two");
  const after = synth(add);

  // THEN
  expect(after.deployment.content._files().folder.hashes).not.toEqual(hashes);
  expect(existsSync(former)).toBe(false);
  expect(
    readFileSync(join(after.stackFolder, after.deployment.content._files().folder.path, "user-conf/app.ini"), "utf8"),
  ).toBe("two");
});

test("a change of a file is a change of each cluster's content, which names the file", () => {
  // GIVEN
  const triggers = (): Record<string, string> => {
    const { stackFolder } = synth((zato) => zato.content.addUserConfig(join(folder(), "app.ini")));
    const { resource } = JSON.parse(readFileSync(join(stackFolder, "cdk.tf.json"), "utf8")) as {
      resource: { null_resource: Record<string, { triggers: Record<string, string> }> };
    };
    return resource.null_resource[Object.keys(resource.null_resource).find((name) => name.includes("content_host1"))!]!
      .triggers;
  };
  write("app.ini", "one");
  const before = triggers();

  // WHEN
  write("app.ini", "two");
  const after = triggers();

  // THEN
  expect(Object.keys(after).filter((key) => after[key] !== before[key])).toEqual(["user-conf/app.ini"]);
});

test("files are told apart by 16 digits of their SHA-256, and folders by as many of that of their files: other names would bring all content again to whoever upgrades", () => {
  // GIVEN
  const digits = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
  const hashes = { "user-conf/app.ini": digits("[app]\n") };

  // WHEN
  const contentFolder = synth((zato) =>
    zato.content.addUserConfig(write("app.ini", "[app]\n")),
  ).deployment.content._files().folder;

  // THEN
  expect(contentFolder.hashes).toEqual(hashes);
  expect(basename(contentFolder.path)).toBe(digits(JSON.stringify(hashes)));
});

test("two files of one name are refused", () => {
  expect(() =>
    synth((zato) => {
      zato.content.addStaticFiles(write("one/a.txt", "1"));
      zato.content.addStaticFiles(write("two/a.txt", "2"));
    }),
  ).toThrow(/'.*two\/a\.txt' and '.*one\/a\.txt' both become static\/a\.txt; rename one of them/);
});

test.each(["addUserConfig", "addStaticFiles"] as const)("%s refuses a path that is not there", (method) => {
  expect(() => synth((zato) => zato.content[method]("app.ini"))).toThrow(
    "'app.ini' is not there; give the absolute path",
  );
});

describe("a folder of static files", () => {
  test("goes without what begins with a dot, and what Python and editors leave, and says so", () => {
    // GIVEN
    for (const name of [".git/config", ".env", "deep/.DS_Store", "__pycache__/a.pyc", "a.pyc", "a.txt~", ".a.swp"]) {
      write(`static/${name}`, "x");
    }
    write("static/.well-known/a", "x");
    write("static/a.txt", "x");

    // WHEN
    const { deployment } = synth((zato) =>
      zato.content.addStaticFiles(join(folder(), "static"), { hidden: [".well-known"] }),
    );

    // THEN
    expect(Object.keys(deployment.content._files().folder.hashes)).toEqual(["static/.well-known/a", "static/a.txt"]);
    expect(deployment.content.node.metadata).toContainEqual(
      expect.objectContaining({
        data: `left out of '${folder()}/static': .a.swp, .env, .git, __pycache__, a.pyc, a.txt~, deep/.DS_Store`,
      }),
    );
  });

  test("brings along what links within it lead to", () => {
    write("static/one/a.txt", "a");
    symlinkSync("one", join(folder(), "static", "two"));
    symlinkSync("one/a.txt", join(folder(), "static", "b.txt"));
    const { deployment } = synth((zato) => zato.content.addStaticFiles(join(folder(), "static")));
    expect(Object.keys(deployment.content._files().folder.hashes)).toEqual([
      "static/b.txt",
      "static/one/a.txt",
      "static/two/a.txt",
    ]);
  });

  test.each([
    ["leads out of it", "../secret", /the link '.*\/link' leads to '.*\/secret', out of the folder; put a copy/],
    ["leads to nothing", "nowhere", /the link '.*\/link' leads to nothing; remove it/],
    ["leads to a folder that it is in", ".", /the link '.*\/link' leads to a folder that it is in|out of the folder/],
  ])("is refused with a link that %s", (_, target, message) => {
    write("static/a.txt", "a");
    write("secret", "s");
    symlinkSync(target, join(folder(), "static", "link"));
    expect(() => synth((zato) => zato.content.addStaticFiles(join(folder(), "static")))).toThrow(message);
  });

  test("is refused where nothing is in it, or nothing of a name that is asked for", () => {
    mkdirSync(join(folder(), "static"));
    expect(() => synth((zato) => zato.content.addStaticFiles(join(folder(), "static")))).toThrow("there is no file in");
    expect(() => synth((zato) => zato.content.addStaticFiles(join(folder(), "static"), { hidden: [".x"] }))).toThrow(
      "'.x' is not in",
    );
  });
});

describe("the requirements of services", () => {
  const SERVICE = "from zato.server.service import Service\nclass A(Service):\n    pass\n";

  function requirements(text: string): string {
    write("services/a.py", SERVICE);
    write("services/requirements.txt", text);
    const { deployment, stackFolder } = synth((zato) => zato.content.addServices(join(folder(), "services")));
    return readFileSync(join(stackFolder, deployment.content._files().folder.path, "requirements.txt"), "utf8");
  }

  test("are one text, with those of the files that they name", () => {
    write("services/base.txt", "six==1.16\n-r more/other.txt\n");
    write("services/more/other.txt", "lxml==5\n");
    expect(requirements("requests==2.32\r\n-r base.txt # ours\n--requirement=more/other.txt\nattrs\n")).toBe(
      "requests==2.32\nsix==1.16\nlxml==5\nlxml==5\nattrs\n",
    );
  });

  test("may be named by addresses and options that hosts reach", () => {
    const text =
      "a @ https://example.com/a.whl\n--extra-index-url https://pypi.example.com/simple\n--find-links https://x/\n";
    expect(requirements(text)).toBe(text);
  });

  test.each([
    ["-r nowhere.txt", "'nowhere.txt' is not there"],
    ["-r requirements.txt", "'requirements.txt' includes itself"],
    ["-c constraints.txt", "'-c constraints.txt' names a file of constraints"],
    ["-e .", "'-e .' is a package of this machine or of a working copy"],
    ["--editable git+https://example.com/a.git", "is a package of this machine or of a working copy"],
    ["./wheels/a-1.0-py3-none-any.whl", "names a file of this machine, which does not come along to the hosts"],
    ["wheels/a-1.0-py3-none-any.whl", "names a file of this machine"],
    ["a-1.0.tar.gz", "names a file of this machine"],
    ["a @ file:///srv/a.whl", "names a file of this machine"],
    ["--find-links wheels", "names a file of this machine"],
    ["--index-url https://me:secret@pypi.example.com/simple", "a URL holds a password"],
  ])("are refused with %s, with the line", (line, message) => {
    expect(() => requirements(`six\n${line}\n`)).toThrow(
      new RegExp(`requirements\\.txt:2: .*${message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`),
    );
  });
});
