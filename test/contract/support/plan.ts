import { createHash } from "node:crypto";
import { TerraformStack, Testing } from "cdktf";
import { literalOf } from "../../support/terraform-text";

interface Resource {
  readonly triggers?: Readonly<Record<string, string>>;
  readonly triggers_replace?: Readonly<Record<string, string>>;
  readonly lifecycle?: { readonly ignore_changes?: string };
  readonly provisioner?: readonly unknown[];
}

interface StackJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Resource>>>>;
  readonly locals?: Readonly<Record<string, string>>;
}

/**
 * The heads of what Terraform would do with the state of one stack and the program of another, as `terraform plan` prints them: in the
 * order of addresses, not in that of execution.
 */
export function planOf(before: TerraformStack, after: TerraformStack): string[] {
  const [was, is] = [resourcesOf(before), resourcesOf(after)];
  const replaced = replacedIn(was, is);
  const created = [...is.keys()].filter((address) => !was.has(address));
  const gone = [...was.keys()].filter((address) => !is.has(address));
  const heads = [
    ...created.map((address) => [address, "will be created"]),
    ...replaced.map((address) => [address, "must be replaced"]),
    ...gone.map((address) => [address, `will be destroyed\n  # (because ${address} is not in configuration)`]),
  ].sort(([a], [b]) => (a! < b! ? -1 : 1));
  const [add, destroy] = [created.length + replaced.length, gone.length + replaced.length];
  return [
    ...heads.flatMap(([address, what]) => `  # ${address} ${what}`.split("\n")),
    `Plan: ${add} to add, 0 to change, ${destroy} to destroy.`,
  ];
}

/** The same as `terraform show -json PLANFILE` prints it, with what cdktf-zato reads of it. */
export function planJsonOf(before: TerraformStack, after: TerraformStack): string {
  const [was, is] = [resourcesOf(before), resourcesOf(after)];
  const replaced = replacedIn(was, is);
  const changed = [...new Set([...was.keys(), ...is.keys()])].sort().map((address) => {
    const [type, name] = address.split(".");
    const actions = !was.has(address)
      ? ["create"]
      : !is.has(address)
        ? ["delete"]
        : replaced.includes(address)
          ? ["delete", "create"]
          : ["no-op"];
    const [former, next] = [was.get(address), is.get(address)];
    return {
      address,
      mode: "managed",
      type,
      name,
      change: {
        actions,
        before: former ? { id: "1", ...valuesOf(former) } : null,
        after: next ? valuesOf(next) : null,
        after_unknown: next && actions[0] !== "no-op" ? { id: true, ...unknownOf(next) } : {},
        before_sensitive: {},
        after_sensitive: {},
      },
      ...(actions[0] === "delete" && {
        action_reason: actions.length > 1 ? "replace_because_cannot_update" : "delete_because_no_resource_config",
      }),
    };
  });
  const resources = [...is].map(([address, { provisioner }]) => ({
    address,
    ...(provisioner && { provisioners: provisioner.map(() => ({})) }),
  }));
  return JSON.stringify({
    format_version: "1.2",
    resource_changes: changed,
    configuration: { root_module: { resources } },
  });
}

/** As Terraform evaluates them; what it knows only later is not there. */
function valuesOf(resource: Resource): object {
  const known = Object.entries(triggersOf(resource)).filter(([, value]) => !isUnknown(value));
  const triggers = Object.fromEntries(known.map(([key, value]) => [key, literalOf(value)]));
  return resource.triggers ? { triggers } : { triggers_replace: triggers };
}

function unknownOf(resource: Resource): object {
  const unknown = Object.entries(triggersOf(resource)).filter(([, value]) => isUnknown(value));
  return {
    [resource.triggers ? "triggers" : "triggers_replace"]: Object.fromEntries(unknown.map(([key]) => [key, true])),
  };
}

function isUnknown(value: string): boolean {
  return /\$\{[^}]*[\w-]\.id\b/.test(value);
}

/** Those whose triggers differ, or have the id of one that is made. */
function replacedIn(was: ReadonlyMap<string, Resource>, is: ReadonlyMap<string, Resource>): string[] {
  const made = new Set([...is.keys()].filter((address) => !was.has(address)));
  const replaced = new Set<string>();
  for (let size = -1; size !== replaced.size;) {
    size = replaced.size;
    for (const [address, resource] of is) {
      const triggers = Object.values(triggersOf(resource));
      const former = was.get(address);
      const differs = former && JSON.stringify(triggersOf(former)) !== JSON.stringify(triggersOf(resource));
      const follows = [...made, ...replaced].some((other) =>
        triggers.some((value) => isUnknown(value) && value.includes(`${other}.id`)),
      );
      if (former && resource.lifecycle?.ignore_changes !== "all" && (differs || follows)) {
        replaced.add(address);
      }
    }
  }
  return [...replaced];
}

function triggersOf({ triggers, triggers_replace }: Resource): Readonly<Record<string, string>> {
  return triggers ?? triggers_replace ?? {};
}

/** By address, with the hashes that Terraform would put into triggers. */
function resourcesOf(stack: TerraformStack): ReadonlyMap<string, Resource> {
  const { resource = {}, locals = {} } = JSON.parse(Testing.synth(stack)) as StackJson;
  const hashed = (text: string): string =>
    text.replace(/\$\{sha256\(local\.([^)]+)\)\}/g, (_, name: string) =>
      createHash("sha256").update(locals[name]!).digest("hex"),
    );
  return new Map(
    Object.entries(resource).flatMap(([type, all]) =>
      Object.entries(all).map(([name, one]): [string, Resource] => [
        `${type}.${name}`,
        JSON.parse(hashed(JSON.stringify(one))) as Resource,
      ]),
    ),
  );
}
