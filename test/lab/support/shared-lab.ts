import { Lab, type MachineOptions } from "../../../lab/lab";
import { CLIENT } from "../../../lab/host";
import { silent } from "../../../lab/log";
import { HOST_NAMES } from "../../../lab/network";

let attached: Promise<Lab> | undefined;

/**
 * The lab that all test files share: the running one where it has all hosts, else a new one.
 *
 * Hosts may carry what an earlier test has left: ask for {@link freshHosts} where that matters.
 */
export function sharedLab(): Promise<Lab> {
  attached ??= attachOrBoot();
  return attached;
}

/** Gives the shared lab, after replacing the named hosts by new machines. */
export async function freshHosts(names: readonly string[], options: MachineOptions = {}): Promise<Lab> {
  const lab = await sharedLab();
  const others = HOST_NAMES.filter((name) => name !== CLIENT && !names.includes(name));
  // What an earlier test has left there may hold the virtual address.
  await Promise.all(others.map((name) => lab.exec(name, "systemctl stop 'zato-*-vrrp.service'")));
  await lab.freshHosts(names, options);
  return lab;
}

async function attachOrBoot(): Promise<Lab> {
  const running = await Lab.attach();
  const names = running?.hosts.map((host) => host.name) ?? [];
  if (running === undefined || !HOST_NAMES.every((name) => names.includes(name))) {
    return Lab.up({ hosts: HOST_NAMES.map((name) => ({ name })), log: silent });
  }
  await running.powerOnAll();
  await running.refreshArchive(silent);
  return running;
}
