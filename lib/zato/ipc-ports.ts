import { ConstructError } from "../validation";
import { ZatoServer } from "./zato-server";

/**
 * Ports that workers of a server would use and those of one before it on its host too, or that something else on the host listens on.
 * Zato does not notice: such a worker answers `/zato/ping`, and is deaf to everything that one worker tells the others.
 *
 * @param all the servers of its host, in a lasting order
 */
export function unfitIpcPorts(server: ZatoServer, all: readonly ZatoServer[]): ConstructError[] {
  const own = rangeOf(server);
  if (own === undefined) {
    return [];
  }
  const [first, last] = own;
  const ports = `the ports ${first} to ${last}, on which the ${server.workers} workers of ${server.serverName} talk to each other,`;
  if (first < 1 || last > 65535) {
    return [
      new ConstructError(server, `${ports} are not all ports`, "give the server an 'ipcPort' from 1024 to 65000"),
    ];
  }
  const listener = server.host.presence.machine.ports.purposeWithin(first, last);
  const others = all.slice(0, all.indexOf(server)).flatMap((earlier) => {
    const range = rangeOf(earlier);
    return range && first <= range[1] && range[0] <= last ? [{ name: earlier.serverName, range }] : [];
  });
  return [
    ...(listener === undefined
      ? []
      : [new ConstructError(server, `${ports} hold that of ${listener}`, "give the server another 'ipcPort'")]),
    ...others.map(
      (other) =>
        new ConstructError(
          server,
          `${ports} overlap those of ${other.name}, ${other.range.join(" to ")}`,
          "give the server another 'ipcPort', or declare more servers with fewer workers each",
        ),
    ),
  ];
}

function rangeOf({ ipcPort, workers }: ZatoServer): [number, number] | undefined {
  return ipcPort === undefined ? undefined : [ipcPort, ipcPort + workers - 1];
}
