import { DeclaredHost } from "../document";
import { Lifetime } from "./lifetime";
import { IRemoteHost } from "./remote-host";
import { terraformAddress } from "./terraform-address";

/** What the stack's document says of a host; asked for at synth. */
export function describeHost(host: IRemoteHost, lifetime: Lifetime): DeclaredHost {
  const { access, presence } = host;
  const connection = lifetime.recall(access.connection(host.address));
  const { host: server, port = 22, user = access.user, bastionHost, bastionHostKey = access.hostKey } = connection;
  const { bastionPort = 22, bastionUser = user } = connection;
  return {
    path: host.node.path,
    name: host.hostName,
    address: host.address,
    cpus: host.cpus,
    failureDomain: host.failureDomain,
    ...(Object.keys(host.labels ?? {}).length > 0 && { labels: host.labels }),
    lost: host.isLost,
    ssh: {
      address: server,
      port,
      user,
      hostKey: access.hostKey,
      sudo: access.sudo,
      keyFile: access.keyFile,
      ...(bastionHost !== undefined && {
        bastion: { address: bastionHost, port: bastionPort, user: bastionUser, hostKey: bastionHostKey },
      }),
    },
    resources: { preflight: terraformAddress(presence.preflight), lifetime: terraformAddress(presence.lifetime) },
  };
}
