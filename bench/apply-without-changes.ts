import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionCounter } from "./connection-counter";
import { deploymentOf } from "./deployments";
import type { DeploymentInput } from "./programs/deployment";
import { HOST_KEY } from "./programs/program";
import { ratioResult, Result } from "./result";
import { mapResources, readStack, StackJson, stackFolder, writeStack } from "./stack-json";
import { compare } from "./statistics";
import { startTerraform, terraformOrThrow } from "./terraform";
import { Workspace } from "./workspace";

/** Real Terraform has nothing to do where nothing was changed, and asks no host. */
export async function applyWithoutChanges(workspace: Workspace): Promise<Result[]> {
  return [await planTime(workspace), ...(await contacts(workspace))];
}

/** Plans a deployment that exists, on hosts that nobody can reach. */
async function planTime(workspace: Workspace): Promise<Result> {
  const deployment = deploymentOf(workspace, 2, { carrier: "terraform_data" });
  workspace.synthesize("deployment", deployment);
  const stack = readStack(deployment.outdir);
  await createState(deployment, stack);

  const peer = deploymentOf(workspace, 2, { carrier: "terraform_data" });
  workspace.synthesize("deployment", peer);
  const bare = mapResources(readStack(peer.outdir), ({ triggers_replace }) => ({ triggers_replace }));
  await createState(peer, bare);

  const ratio = await compare(
    21,
    () => emptyPlan(deployment),
    () => emptyPlan(peer),
  );
  const resources = Object.keys(stack.resource.terraform_data!).length;
  return ratioResult(
    "plan without changes, hosts at addresses that lead nowhere (it is empty)",
    `plan of ${resources} terraform_data with the same triggers and nothing else`,
    ratio,
  );
}

async function emptyPlan(deployment: DeploymentInput): Promise<number> {
  const args = ["plan", "-detailed-exitcode", "-input=false", "-no-color"];
  const { elapsed } = await terraformOrThrow(stackFolder(deployment.outdir), ...args);
  return elapsed;
}

/**
 * Counts connections to a deployment's hosts, during an apply that changes nothing and another. Each host has a bastion of its own on this
 * machine, since the hosts cannot be on it: a deployment refuses hosts at addresses that other machines cannot reach.
 */
async function contacts(workspace: Workspace): Promise<Result[]> {
  const gates = ["127.0.0.1", "127.0.0.2"];
  const counter = await ConnectionCounter.listen(gates);
  try {
    const deployment = deploymentOf(workspace, gates.length, {
      carrier: "terraform_data",
      bastions: gates.map((address) => ({ address, port: counter.port, hostKey: HOST_KEY })),
      sshKeyFile: newPrivateKey(workspace.newFolder()),
    });
    workspace.synthesize("deployment", deployment);
    const reached = await firstApply(deployment, counter);

    await createState(deployment, readStack(deployment.outdir));
    counter.reset();
    const { output } = await terraformOrThrow(stackFolder(deployment.outdir), ...APPLY);
    if (!output.includes("0 added, 0 changed, 0 destroyed")) {
      throw new Error(`an apply without changes changed something:\n${output}`);
    }
    return [
      {
        what: "apply without changes, connections to hosts",
        peer: `first apply: ${reached} of ${gates.length} hosts are contacted`,
        measured: String(counter.connections),
        goal: "0",
        reached: counter.connections === 0 && reached === gates.length,
      },
    ];
  } finally {
    counter.close();
  }
}

const APPLY = ["apply", "-auto-approve", "-input=false", "-no-color"];

/** Begins to apply a deployment and stops as soon as all hosts were contacted; returns how many were. */
async function firstApply(deployment: DeploymentInput, counter: ConnectionCounter): Promise<number> {
  const folder = stackFolder(deployment.outdir);
  await terraformOrThrow(folder, "init", "-input=false", "-no-color");
  const apply = startTerraform(folder, ...APPLY);
  const end = once(apply, "close");
  for (let tries = 0; tries < 300 && counter.addressesReached < deployment.addresses.length; tries++) {
    await sleep(100);
  }
  apply.kill("SIGKILL");
  await end;
  for (const file of [deployment.stateFile, `${deployment.stateFile}.backup`]) {
    rmSync(file, { force: true });
  }
  return counter.addressesReached;
}

/** A state in which the whole stack exists, made without its provisioners. */
async function createState(deployment: DeploymentInput, stack: StackJson): Promise<void> {
  const folder = stackFolder(deployment.outdir);
  writeStack(
    deployment.outdir,
    mapResources(stack, ({ provisioner: _, connection: __, ...resource }) => resource),
  );
  await terraformOrThrow(folder, "init", "-input=false", "-no-color");
  await terraformOrThrow(folder, ...APPLY);
  writeStack(deployment.outdir, stack);
}

/** The file of a new key, for a connection that gets no further than its first packet. */
function newPrivateKey(folder: string): string {
  const file = path.join(folder, "key");
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  writeFileSync(file, privateKey, { mode: 0o600 });
  return file;
}
