import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The parts of a `cdk.tf.json` that are read here. */
export interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, ResourceJson>>>>;
  readonly output: Readonly<Record<string, { readonly value: unknown }>>;
  readonly locals: Readonly<Record<string, string>>;
}

/** A resource of a carrier's type. */
export interface ResourceJson {
  readonly triggers?: Record<string, string>;
  readonly triggers_replace?: Record<string, string>;
  readonly connection?: Record<string, unknown>;
  readonly provisioner?: readonly Record<string, Record<string, unknown>>[];
  readonly depends_on?: readonly string[];
}

/** The folder, below the output folder of a synth, in which Terraform is run. */
export function stackFolder(outdir: string): string {
  return path.join(outdir, "stacks", "bench");
}

/** The folder with the library's scripts that Terraform uploads to hosts. */
export function scriptsFolder(outdir: string): string {
  const asset = path.join(stackFolder(outdir), "assets", "zato-host-scripts");
  return path.join(asset, readdirSync(asset)[0]!);
}

/** What a synth has written. */
export function readStack(outdir: string): StackJson {
  return JSON.parse(readFileSync(configuration(outdir), "utf8")) as StackJson;
}

/** Puts another configuration in place of what a synth has written. */
export function writeStack(outdir: string, stack: object): void {
  writeFileSync(configuration(outdir), JSON.stringify(stack));
}

/** The same stack with each of its resources changed. */
export function mapResources<T extends StackJson>(stack: T, change: (resource: ResourceJson) => ResourceJson): T {
  const resource = Object.fromEntries(
    Object.entries(stack.resource).map(([type, instances]) => [
      type,
      Object.fromEntries(Object.entries(instances).map(([id, instance]) => [id, change(instance)])),
    ]),
  );
  return { ...stack, resource };
}

function configuration(outdir: string): string {
  return path.join(stackFolder(outdir), "cdk.tf.json");
}
