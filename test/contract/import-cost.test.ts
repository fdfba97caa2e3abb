import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

function loadedBy(module: string): string[] {
  const program = `require(${JSON.stringify(module)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const run = spawnSync(process.execPath, ["--require", "tsx/cjs", "-e", program], { cwd: ROOT, encoding: "utf8" });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(run.stdout) as string[];
}

test("importing the library loads of the providers one class of one provider, and little besides cdktf", () => {
  // GIVEN
  const loaded = loadedBy("./lib/index.ts");
  const beside = new Set(loadedBy("cdktf"));

  // THEN
  const providers = loaded
    .filter((name) => /@cdktf.provider-/.test(name))
    .map((name) => name.split("node_modules/")[1]);
  expect(providers).toEqual(["@cdktf/provider-null/lib/provider/index.js"]);
  const own = loaded.filter((name) => name.startsWith(join(ROOT, "lib")));
  const others = loaded.filter(
    (name) => !beside.has(name) && !own.includes(name) && !/provider-null|constructs/.test(name),
  );
  expect(others).toEqual([]);
});
