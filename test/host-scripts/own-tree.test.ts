import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, BashResult, PYTHON_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();
const tree = (...names: string[]): string => join(folder(), "tree", ...names);
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

/** Those of whoever runs the tests: only root could give anything away. */
const [OWNER, GROUP] = ["-un", "-gn"].map((option) => execFileSync("id", [option], { encoding: "utf8" }).trim());

function own(path = tree()): BashResult {
  return bash('python3 -I -B "$@"', [join(PYTHON_SCRIPTS, "own_tree.py"), path, OWNER!, GROUP!]);
}

beforeEach(() => {
  mkdirSync(tree("bin"), { recursive: true });
  writeFileSync(tree("bin", "py"), "");
  writeFileSync(join(folder(), "foreign"), "");
  chmodSync(join(folder(), "foreign"), 0o4755);
});

test("what is in the folder can be read by the group, executed where it could be, and changed by nobody else", () => {
  // GIVEN
  chmodSync(tree(), 0o2777);
  chmodSync(tree("bin", "py"), 0o6777);
  writeFileSync(tree("text"), "");
  chmodSync(tree("text"), 0o666);

  // WHEN
  const { status } = own();

  // THEN
  expect(status).toBe(0);
  expect(["", "bin", "bin/py", "text"].map((name) => mode(tree(name)))).toEqual(["750", "750", "750", "640"]);
});

test("whom an access list lets in is kept out", () => {
  // GIVEN a list for what comes into the folder, and for the folder, with everything for the user 4711
  const LIST =
    "02000000 0100 0700 ffffffff 0200 0700 67120000 0400 0700 ffffffff 1000 0700 ffffffff 2000 0700 ffffffff";
  const set =
    "import os, sys\nfor kind in 'default', 'access': os.setxattr(sys.argv[1], 'system.posix_acl_' + kind, bytes.fromhex(sys.argv[2]))";
  execFileSync("python3", ["-c", set, tree("bin"), LIST]);

  // WHEN
  const { status } = own();

  // THEN
  const lists = execFileSync("python3", ["-c", "import os, sys; print(os.listxattr(sys.argv[1]))", tree("bin")]);
  expect([status, String(lists)]).toEqual([0, "[]\n"]);
});

test("links in it stay, and what they lead to is left alone", () => {
  symlinkSync("../foreign", tree("link"));
  symlinkSync("..", tree("up"));
  expect(own().status).toBe(0);
  expect([readlinkSync(tree("link")), mode(join(folder(), "foreign"))]).toEqual(["../foreign", "4755"]);
});

test("a folder that is a link itself is refused", () => {
  symlinkSync("tree", join(folder(), "link"));
  expect(own(join(folder(), "link")).status).not.toBe(0);
});

test("files with names in it alone are changed, and with one outside nothing is", () => {
  // GIVEN
  mkdirSync(tree("lib"));
  linkSync(tree("bin", "py"), tree("lib", "py"));
  expect(own().status).toBe(0);
  linkSync(join(folder(), "foreign"), tree("lib", "sudo"));

  // WHEN
  const { status, stderr } = own();

  // THEN
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^the file sudo in \S+\/tree\/lib has another name elsewhere; /),
  ]);
  expect(mode(join(folder(), "foreign"))).toBe("4755");
});

test("a file that somebody holds open for writing is not given, nor by the next deploy, until he has closed it", () => {
  // GIVEN
  const held = (descriptor: string): BashResult =>
    bash(`exec 9${descriptor}; shift; python3 -I -B "$@"`, [
      tree("bin", "py"),
      join(PYTHON_SCRIPTS, "own_tree.py"),
      tree(),
      OWNER!,
      GROUP!,
    ]);

  for (const descriptor of ['>>"$1"', '<>"$1"']) {
    // WHEN
    const { status, stderr } = held(descriptor);

    // THEN what nobody but root can change has no such mode.
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^the file py in \S+\/tree\/bin is held open for writing; stop what does/),
    ]);
    expect(mode(tree("bin", "py"))).toBe("660");
  }

  // WHEN, THEN
  expect(held('<"$1"').status).toBe(0);
  expect(mode(tree("bin", "py"))).toBe("640");
});

/** Gives the tree away on a file system of a type that leases nothing, as an error says. */
function ownWithoutLeases(code: string, type: string): BashResult {
  const without = `
import errno, io, os, sys
sys.path.insert(0, sys.argv.pop(1))
import own_tree
def refuse(*_):
    raise OSError(errno.${code}, "")
def mounts(*_, **__):
    device = os.stat(sys.argv[1]).st_dev
    places = {"1:99999": "nfs4", f"{os.major(device)}:{os.minor(device)}": "${type}"}
    return io.StringIO("".join(f"22 1 {number} / /nfs rw,relatime - {name} a:/nfs rw\\n" for number, name in places.items()))
own_tree.fcntl.fcntl, own_tree.open = refuse, mounts
own_tree.main()`;
  return bash('python3 -B -c "$@"', [without, PYTHON_SCRIPTS, tree(), OWNER!, GROUP!]);
}

test.each([
  ["EINVAL", "ext4"],
  ["ENOLCK", "ext4"],
  ["EAGAIN", "nfs4"],
  ["EAGAIN", "cifs"],
])("a file system that gives no leases, which it says by %s (%s), is no reason to refuse files", (code, type) => {
  expect(ownWithoutLeases(code, type).status).toBe(0);
});

test("on a disk of the host, beside one of a network, a file that cannot be leased is refused", () => {
  expect(ownWithoutLeases("EAGAIN", "ext4").stderr).toContain("is held open for writing");
});

test("each folder is shut before it is looked into, so that what is exchanged in it until then does not matter", () => {
  // GIVEN a file and a folder that are exchanged for links at the last moment at which somebody else can.
  mkdirSync(tree("bin", "folder"));
  chmodSync(tree("bin"), 0o775);
  const exchange = `
import os, sys
sys.path.insert(0, sys.argv.pop(1))
import own_tree
listed, shut = os.listdir, os.fchmod
def fchmod(folder, mode):
    place = os.readlink(f"/proc/self/fd/{folder}")
    if place.endswith("/bin") and not os.path.islink(place + "/py"):
        os.rename(place + "/py", place + "/former")
        os.symlink("../../foreign", place + "/py")
        os.rename(place + "/folder", place + "/former-folder")
        os.symlink("../..", place + "/folder")
    shut(folder, mode)
def listdir(folder):
    print(oct(os.fstat(folder).st_mode & 0o7777))
    return listed(folder)
os.fchmod, os.listdir = fchmod, listdir
own_tree.main()`;

  // WHEN
  const { status, stdout } = bash('python3 -B -c "$@"', [exchange, PYTHON_SCRIPTS, tree(), OWNER!, GROUP!]);

  // THEN
  expect([status, new Set(stdout.trim().split("\n"))]).toEqual([0, new Set(["0o750"])]);
  expect([mode(join(folder(), "foreign")), mode(folder())]).toEqual(["4755", "700"]);
});
