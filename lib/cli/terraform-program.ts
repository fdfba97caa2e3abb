import { spawnSync } from "node:child_process";

/** Terraform's program, or OpenTofu's, by the variable by which the framework's own program finds it too; to both an empty one is none. */
export function terraformProgram(): string {
  return process.env.TERRAFORM_BINARY_NAME || "terraform";
}

/**
 * What Terraform shows in a stack's folder, as JSON: of its state, or of the plan in a file. OpenTofu from 1.12 on prints its warnings before it, of
 * a configuration file of its own that is not there for example.
 *
 * @throws Error as {@link runTerraform}
 */
export function showAsJson(folder: string, file: readonly string[], complaint: string): string {
  const said = runTerraform(
    folder,
    ["show", "-json", "-no-color", ...file],
    ["show -json", ...file].join(" "),
    complaint,
  );
  return said.slice(Math.max(0, said.search(/^\{/m)));
}

/**
 * What Terraform prints in a stack's folder.
 *
 * @param purpose what it is asked for, behind the program's name: `show -json`
 * @param complaint what is not known without it
 * @throws Error with the last error that Terraform prints, or what it prints last
 */
export function runTerraform(folder: string, args: readonly string[], purpose: string, complaint: string): string {
  const program = terraformProgram();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    // A question of its own would be seen by nobody.
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error || status !== 0) {
    const said = (stderr ?? "").split("\n").filter((line) => line.trim() !== "");
    const reason = error?.message ?? said.filter((line) => line.includes("Error:")).at(-1) ?? said.at(-1) ?? "";
    throw new Error(`'${program} ${purpose}' in '${folder}' ${complaint}: ${reason.trim()}`);
  }
  return stdout;
}
