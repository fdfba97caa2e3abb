import path from "node:path";
import type { DeploymentInput } from "./programs/deployment";
import type { RawResource, RawStackInput } from "./programs/raw-stack";
import { readStack, ResourceJson } from "./stack-json";
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
    sshPort: 22,
    ...overrides,
  };
}

/**
 * The stack of a deployment in raw cdktf: as many null resources with the same triggers, connections, provisioners and
 * dependencies, the same uploaded folder and the same outputs.
 */
export function rawEquivalent(workspace: Workspace, deployment: DeploymentInput): RawStackInput {
  workspace.synthesize("deployment", deployment);
  const stack = readStack(deployment.outdir);
  const folder = workspace.newFolder();
  return {
    outdir: path.join(folder, "cdktf.out"),
    stateFile: path.join(folder, "terraform.tfstate"),
    assetFolder: workspace.hostScripts,
    resources: rawResources(stack.resource.null_resource!),
    locals: stack.locals,
    outputs: Object.fromEntries(Object.entries(stack.output).map(([name, { value }]) => [name, value])),
  };
}

/** Each resource behind those that it depends on. */
function rawResources(resources: Readonly<Record<string, ResourceJson>>): RawResource[] {
  const ordered = new Map<string, RawResource>();
  const add = (id: string): void => {
    if (!ordered.has(id)) {
      const resource = rawResource(id, resources[id]!);
      resource.dependsOn.forEach(add);
      ordered.set(id, resource);
    }
  };
  Object.keys(resources).forEach(add);
  return [...ordered.values()];
}

function rawResource(id: string, { triggers = {}, connection, provisioner = [], depends_on = [] }: ResourceJson) {
  return {
    id,
    triggers,
    connection: connection && inCamelCase(connection),
    provisioners: provisioner.flatMap((block) =>
      Object.entries(block).map(([type, content]) => ({ type, ...inCamelCase(content) })),
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
