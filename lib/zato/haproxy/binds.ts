import { ANY_ADDRESS, hostPort, isV4 } from "../../validation";

/**
 * Where an HAProxy listens that is reached by whatever interface of its host: `0.0.0.0:80`. A host that is known by an IPv6
 * address, or by a name, which may stand for one, is reached by both kinds; each has a socket of its own, or services would be
 * told of a client `::ffff:192.0.2.7`. Where the kernel has no IPv6, the host leaves that part out
 * (`host-scripts/lib/haproxy.sh`).
 */
export function everyAddressOf(hostAddress: string, port: number): string {
  const v4 = hostPort(ANY_ADDRESS, port);
  return isV4(hostAddress) ? v4 : `${v4},${hostPort("::", port)} v6only`;
}
