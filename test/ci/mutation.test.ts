import { spawnSync } from "node:child_process";
import path from "node:path";

// Not below test/contract, whose tests are to notice the edits themselves.
test("each edit of the list of mutations applies once, and each host script has one", () => {
  const listed = path.join(__dirname, "../../scripts/mutation/listed.js");
  const program = `console.log(JSON.stringify(require(${JSON.stringify(listed)}).faultsOfList()))`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([]);
});
