import { IConstruct } from "constructs";
import { Machine } from "../../remote";
import { hostPort, LOOPBACK } from "../../validation";
import { everyAddressOf } from "./binds";
import { sourceIn } from "./sources";

/** Where an HAProxy tells Prometheus of itself. */
export interface Exporter {
  /** The port on its host. */
  readonly port: number;

  /** Networks and addresses from which it may be asked besides the host itself. */
  readonly from: readonly string[];
}

/**
 * Renders the front end of HAProxy's own exporter, on the host itself alone where nobody else may ask. The rule keeps others out of
 * a host that has no firewall, too.
 *
 * @param hostAddress by which others reach the host
 */
export function renderExporter({ port, from }: Exporter, hostAddress: string): string {
  const bind = from.length === 0 ? hostPort(LOOPBACK, port) : everyAddressOf(hostAddress, port);
  return `
frontend metrics
    bind ${bind}
    maxconn 20
    tcp-request connection reject unless { ${sourceIn(["127.0.0.0/8", "::1", ...from])} }
    http-request set-log-level silent
    http-request use-service prometheus-exporter if { path /metrics }
    http-request return status 404
`;
}

/**
 * Takes the port of an exporter, and lets those in who may ask.
 *
 * @throws ConstructError when the port is none, or somebody else's on this machine
 */
export function claimExporter(owner: IConstruct, machine: Machine, { port, from }: Exporter, purpose: string): void {
  machine.ports.claim(owner, port, purpose);
  admitScrapes(machine, port, from, purpose);
}

/** Lets those into a machine who may ask for metrics; from loopback everybody may come. */
export function admitScrapes(machine: Machine, port: number, from: readonly string[], purpose: string): void {
  if (from.length > 0) {
    machine.ingress.admit({ protocol: "tcp", port, from: () => from, purpose });
  }
}
