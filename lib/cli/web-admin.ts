import { DeclaredCluster } from "../document";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { freePort } from "./free-port";
import { quoted } from "./quoted";
import { requireCluster } from "./require-cluster";
import { openTunnel } from "./ssh";
import { untilEnded } from "./until-ended";

/** What is opened, and where. */
export interface WebAdminCall {
  readonly stack: DeclaredStack;
  /** The cluster's name, or its construct path. */
  readonly cluster: string;
  /** The port on this machine; by default web-admin's own, or the next one that is free. */
  readonly port?: string;
}

const LOOPBACK = /^https?:\/\/(127\.|localhost|\[::1\])/;

/**
 * Brings a cluster's web-admin to this machine by a tunnel, which stays until the program is ended.
 *
 * @returns 0 when it was ended
 * @throws Error when there is no such cluster, the port is none or taken, or the host is not reached, or no longer
 */
export async function webAdmin(call: WebAdminCall, print: (text: string) => void): Promise<number> {
  const { stack } = call;
  const cluster = requireCluster(stack, call.cluster);
  const host = stack.host(cluster.host);
  const { parameters } = stack.document.components.find(
    ({ kind, partOf }) => kind === "web-admin" && partOf === cluster.path,
  )!;
  const target = stack.valueOf(parameters.address!, `the address of web-admin of '${cluster.name}'`);
  const port = await localPort(call.port, Number(parameters.port));
  const access = stack.accessTo(host);
  const secret = `/etc/cdktf-zato/secrets/${cluster.name}/web_admin_password`;
  const lines = [
    `web-admin of ${stack.labelOf(cluster)}: http://127.0.0.1:${port}/`,
    ...withoutTunnel(stack, cluster).map((url) => `without this tunnel: ${url}`),
    `user: ${parameters.web_admin_user}`,
    `password: in ${secret} on ${host.name}; it is printed by`,
    `  npx ${FRAMEWORK.library} ssh ${quoted(stack.folder)} ${quoted(host.path)} -- ${access.sudo ? "sudo " : ""}cat ${secret}`,
    "end this program to close the tunnel",
  ];
  return untilEnded(async (signal) => {
    const forward = `127.0.0.1:${port}:${target}`;
    const { status, stderr } = await openTunnel(access, forward, signal, () => print(`${lines.join("\n")}\n`));
    if (!signal.aborted) {
      const reason = stderr.trim().split("\n").at(-1) || `ssh ended with status ${status}`;
      throw new Error(`the tunnel to ${access.address} has ended: ${reason}`);
    }
    return 0;
  });
}

/** Where it is reached without this program, if it is. */
function withoutTunnel(stack: DeclaredStack, { name, webAdminUrl }: DeclaredCluster): string[] {
  const url = stack.valueOf(webAdminUrl, `the URL of web-admin of '${name}'`);
  return LOOPBACK.test(url) ? [] : [url];
}

async function localPort(wanted: string | undefined, own: number): Promise<number> {
  const first = wanted === undefined ? own : Number(wanted);
  if (!Number.isInteger(first) || first < 1 || first > 65535) {
    throw new Error(`'${wanted}' is no port; give one of 1 to 65535`);
  }
  const found = await freePort(first, wanted === undefined ? undefined : first);
  if (found === undefined) {
    throw new Error(`the port ${first} of this machine is taken; give another one by --port, or none`);
  }
  return found;
}
