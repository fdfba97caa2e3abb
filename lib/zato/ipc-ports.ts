import { ConstructError } from "../validation";
import { ZatoServer } from "./zato-server";

/**
 * Refuses ports that workers of two servers would use, or that something else on the host listens on. Zato does not
 * notice: such a worker answers `/zato/ping`, and is deaf to everything that one worker tells the others.
 *
 * @throws ConstructError naming the server, its ports, and who else uses them
 */
export function validateIpcPorts(servers: readonly ZatoServer[]): void {
  servers.forEach((server, position) => {
    const [first, last] = rangeOf(server);
    const ports = `the ports ${first} to ${last}, on which the ${server.workers} workers of ${server.serverName} talk to each other,`;
    if (first < 1 || last > 65535) {
      throw new ConstructError(server, `${ports} are not all ports`, "give the server an 'ipcPort' from 1024 to 65000");
    }
    const listener = server.host.presence.machine.ports.purposeWithin(first, last);
    if (listener !== undefined) {
      throw new ConstructError(server, `${ports} hold that of ${listener}`, "give the server another 'ipcPort'");
    }
    const other = servers.slice(0, position).find((earlier) => {
      const [otherFirst, otherLast] = rangeOf(earlier);
      return first <= otherLast && otherFirst <= last;
    });
    if (other) {
      throw new ConstructError(
        server,
        `${ports} overlap those of ${other.serverName}, ${rangeOf(other).join(" to ")}`,
        "give the server another 'ipcPort', or declare more servers with fewer workers each",
      );
    }
  });
}

function rangeOf(server: ZatoServer): [number, number] {
  return [server.ipcPort, server.ipcPort + server.workers - 1];
}
