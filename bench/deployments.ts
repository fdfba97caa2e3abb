import path from "node:path";
import type { DeploymentInput } from "./programs/deployment";
import type { RawResource, RawStackInput } from "./programs/raw-stack";
import { readStack, ResourceJson, scriptsFolder, StackJson } from "./stack-json";
import { Workspace } from "./workspace";

/** A deployment of so many clusters, at addresses that lead nowhere (TEST-NET-1). */
export function deploymentOf(
  workspace: Workspace,
  clusters: number,
  overrides: Partial<DeploymentInput> = {},
): DeploymentInput {
  const folder = workspace.newFolder();
  return {
    outdir: path.join(folder, "cdktf.out"),
    stateFile: path.join(folder, "terraform.tfstate"),
    carrier: "null_resource",
    addresses: Array.from({ length: clusters }, (_, index) => `192.0.2.${index + 1}`),
    ...overrides,
  };
}

/**
 * The stack of a deployment in raw cdktf: as many resources of the same types with the same triggers, connections, provisioners and
 * dependencies, the same uploaded folder and the same outputs.
 */
export function rawEquivalent(workspace: Workspace, deployment: DeploymentInput): RawStackInput {
  workspace.synthesize("deployment", deployment);
  const stack = readStack(deployment.outdir);
  const folder = workspace.newFolder();
  return {
    outdir: path.join(folder, "cdktf.out"),
    stateFile: path.join(folder, "terraform.tfstate"),
    assetFolder: scriptsFolder(deployment.outdir),
    resources: rawResources(stack.resource),
    locals: stack.locals,
    outputs: Object.fromEntries(Object.entries(stack.output).map(([name, { value }]) => [name, value])),
  };
}

/** Each resource behind those that it depends on. */
function rawResources(resources: StackJson["resource"]): RawResource[] {
  const ordered = new Map<string, RawResource>();
  const add = (type: string, id: string): void => {
    if (!ordered.has(id)) {
      const json = resources[type]![id]!;
      json.depends_on?.map((reference) => reference.split(".")).forEach(([other, name]) => add(other!, name!));
      ordered.set(id, rawResource(type, id, json));
    }
  };
  Object.entries(resources).forEach(([type, all]) => Object.keys(all).forEach((id) => add(type, id)));
  return [...ordered.values()];
}

function rawResource(type: string, id: string, json: ResourceJson) {
  const { triggers, triggers_replace, connection, provisioner = [], depends_on = [] } = json;
  return {
    type,
    id,
    triggers: triggers ?? triggers_replace ?? {},
    connection: connection && inCamelCase(connection),
    provisioners: provisioner.flatMap((block) =>
      Object.entries(block).map(([kind, content]) => ({ type: kind, ...inCamelCase(content) })),
    ),
    dependsOn: depends_on.map((reference) => reference.slice(reference.indexOf(".") + 1)),
  } as RawResource;
}

function inCamelCase(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, content]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      key === "connection" ? inCamelCase(content as Record<string, unknown>) : content,
    ]),
  );
}
