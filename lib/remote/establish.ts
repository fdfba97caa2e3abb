import { Annotations } from "cdktf";
import { requireAddress, requireAll, requireLine, requireName, requireWhole } from "../validation";
import { describeHost } from "./describe-host";
import { DocumentWriter } from "./document-writer";
import { HostFacts } from "./host-facts";
import { HostPresence } from "./host-presence";
import { Lifetime } from "./lifetime";
import { Machine } from "./machine";
import { Preflight } from "./preflight";
import { IRemoteHost } from "./remote-host";

/**
 * Looks at what a host says of itself, apart from how it is reached.
 *
 * @throws ConstructError when its name, address, CPUs, memory or revision cannot be what they claim to be; it tells of all of them
 */
export function requireHostFacts(host: Omit<HostFacts, "access">): void {
  requireAll({
    name: () => requireName(host, "id of a host", host.hostName),
    address: () => requireAddress(host, "host address", host.address),
    cpus: () => requireWhole(host, "the number of CPUs", host.cpus, 1, 4096),
    memory: () => requireWhole(host, "the memory in MiB", host.memory ?? 1, 1),
    revision: () => requireLine(host, "the revision", host.revision),
  });
}

/**
 * Begins what there is of ours on a host. It runs a preflight first, and its lifetime ends last. Whoever implements a kind of
 * host calls it at the end of the constructor: `this.presence = establishOn(this)`.
 *
 * @param host whose address, access and so on are known already
 * @param sharedWith the host that is the same machine in another stack of the App
 * @throws ConstructError when its name, address, CPUs, memory or revision cannot be what they claim to be, or another host is the
 * same machine and it is not said that it is meant
 */
export function establishOn(host: IRemoteHost, sharedWith?: IRemoteHost): HostPresence {
  requireHostFacts(host);
  const machine = Machine.of(host, sharedWith);
  machine.ports.reserve(host, host.access.connection(host.address).port ?? 22, "SSH");
  if (host.isLost) {
    Annotations.of(host).addWarning(
      `${host.node.path}: the host is declared lost: nothing on it is changed, and what runs on it must not come back by itself`,
    );
  }
  const preflight = new Preflight(host, "preflight", machine).resource;
  const lifetime = new Lifetime(host, "lifetime", { host, kind: "host", name: host.hostName, dependsOn: () => [] });
  DocumentWriter.of(host).add("hosts", () => describeHost(host, lifetime));
  return { machine, preflight, lifetime: lifetime.resource };
}
