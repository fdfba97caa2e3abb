import { execFileSync } from "node:child_process";
import { arch, availableParallelism, platform, totalmem } from "node:os";

/** The machine and what both sides of every comparison use, in words, without anything that tells it from others of its kind. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const terraform = JSON.parse(
    execFileSync("terraform", ["version", "-json"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  ) as {
    terraform_version: string;
  };
  return (
    `${availableParallelism()} CPUs and ${memory} GiB of memory (${platform()}, ${arch()}), Node ${process.versions.node}, ` +
    `Terraform ${terraform.terraform_version}`
  );
}
