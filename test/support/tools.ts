import { spawnSync } from "node:child_process";

/**
 * The `test` for what needs a program of the machine: skipped where there is none on a developer's, and a failure in CI
 * (`CI=true`), where a guard that is skipped guards nothing.
 *
 * @param command by which it is found out whether it works
 */
export function testWith(command: readonly [string, ...string[]]): jest.It {
  const [program, ...words] = command;
  const { status, error } = spawnSync(program, words, { stdio: "ignore" });
  if (!error && status === 0) {
    return test;
  }
  if (process.env.CI === "true") {
    throw new Error(`'${command.join(" ")}' does not work here, and tests need it: install it, or give it its rights`);
  }
  return test.skip;
}
