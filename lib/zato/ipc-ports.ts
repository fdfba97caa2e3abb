import { ConstructError } from "../validation";
import { ZatoServer } from "./zato-server";

/**
 * Ports that workers of a server would use and those of one before it on its host too, or that something else on the host listens on.
 * Zato does not notice: such a worker answers `/zato/ping`, and is deaf to everything that one worker tells the others.
 *
 * @param all the servers of its host, in a lasting order
 */
export function unfitIpcPorts(server: ZatoServer, all: readonly ZatoServer[]): ConstructError[] {
  const [first, last] = rangeOf(server);
  const ports = `the ports ${first} to ${last}, on which the ${server.workers} workers of ${server.serverName} talk to each other,`;
  if (first < 1 || last > 65535) {
    return [
      new ConstructError(server, `${ports} are not all ports`, "give the server an 'ipcPort' from 1024 to 65000"),
    ];
  }
  const listener = server.host.presence.machine.ports.purposeWithin(first, last);
  const others = all.slice(0, all.indexOf(server)).filter((earlier) => {
    const [otherFirst, otherLast] = rangeOf(earlier);
    return first <= otherLast && otherFirst <= last;
  });
  return [
    ...(listener === undefined
      ? []
      : [new ConstructError(server, `${ports} hold that of ${listener}`, "give the server another 'ipcPort'")]),
    ...others.map(
      (other) =>
        new ConstructError(
          server,
          `${ports} overlap those of ${other.serverName}, ${rangeOf(other).join(" to ")}`,
          "give the server another 'ipcPort', or declare more servers with fewer workers each",
        ),
    ),
  ];
}

function rangeOf(server: ZatoServer): [number, number] {
  return [server.ipcPort, server.ipcPort + server.workers - 1];
}
