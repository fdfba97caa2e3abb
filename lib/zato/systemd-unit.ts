import { TerraformStack } from "cdktf";
import { IConstruct } from "constructs";

/** The directives of a systemd unit, section by section. A directive that occurs repeatedly has a list of values. */
export type UnitSections = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/**
 * Renders a systemd unit. `%`, which begins a specifier, is doubled; values are otherwise written as they are, so
 * they must not come from users without a check.
 */
export function renderUnit(sections: UnitSections): string {
  const lines = ["# Managed by cdktf-zato. Changes made here are lost."];
  for (const [section, directives] of Object.entries(sections)) {
    lines.push("", `[${section}]`);
    for (const [name, value] of Object.entries(directives)) {
      for (const one of typeof value === "string" ? [value] : value) {
        lines.push(`${name}=${one.replaceAll("%", "%%")}`);
      }
    }
  }
  return lines.join("\n") + "\n";
}

/**
 * What every unit of ours has: hardened, restarted whenever it ends.
 *
 * Source: facts measured with Zato 3.3, see `docs/zato.md`.
 */
const SERVICE_DEFAULTS: Readonly<Record<string, string>> = {
  UMask: "0077",
  StandardInput: "null",
  KillMode: "mixed",
  TimeoutStopSec: "30",
  Restart: "always",
  RestartSec: "3",
  LimitNOFILE: "65536",
  PrivateTmp: "true",
  PrivateDevices: "true",
  NoNewPrivileges: "true",
  ProtectSystem: "full",
  ProtectHome: "true",
  ProtectKernelTunables: "true",
  ProtectKernelModules: "true",
  ProtectKernelLogs: "true",
  ProtectControlGroups: "true",
  ProtectClock: "true",
  ProtectHostname: "true",
  RestrictSUIDSGID: "true",
  RestrictRealtime: "true",
  RestrictNamespaces: "true",
  LockPersonality: "true",
  SystemCallArchitectures: "native",
};

/** What a process that is not root's can do without, too. */
const WITHOUT_ROOT: Readonly<Record<string, string>> = {
  User: "zato",
  Group: "zato",
  CapabilityBoundingSet: "",
  ProtectProc: "invisible",
  RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  SystemCallFilter: "@system-service",
  SystemCallErrorNumber: "EPERM",
};

/** A process that writes to nothing but what systemd makes for it. */
export const WRITES_NOTHING: Readonly<Record<string, string>> = { ProtectSystem: "strict" };

/** The folder that a process writes to, and nothing else. Not for servers: services write where they like. */
export function writesOnlyTo(folder: string): Readonly<Record<string, string>> {
  return { ...WRITES_NOTHING, ReadWritePaths: folder };
}

/** By what a person on the host knows a unit, and its lines in the journal. */
export interface UnitLabels {
  /** Its name, which stands before each line: `host1-server1`. Elsewhere that is the program's, `python` or `haproxy` for several units. */
  readonly component: string;

  /** The id of the stack that it comes from. */
  readonly stack: string;
}

/** The labels of a component that is made in a scope. */
export function labelsOf(scope: IConstruct, component: string): UnitLabels {
  return { component, stack: TerraformStack.of(scope).node.id };
}

/** What a unit is, and which stack to look for. The id of a stack may have anything in it; a directive is one line. */
export function describeUnit(what: string, { stack }: UnitLabels): string {
  return `${what} (stack ${stack.replaceAll(/[\p{C}\\]/gu, "_")})`;
}

/**
 * A unit of Zato's. It starts at boot, and systemd never gives up restarting it.
 *
 * @param companion a unit with which it stops, and starts
 */
export function unitOf(
  what: string,
  labels: UnitLabels,
  service: Readonly<Record<string, string | readonly string[]>>,
  companion?: string,
): string {
  return rootUnitOf(what, labels, { ...WITHOUT_ROOT, ...service }, companion);
}

/** A unit that needs root: what opens privileged ports, or gives the host an address. */
export function rootUnitOf(
  what: string,
  labels: UnitLabels,
  service: Readonly<Record<string, string | readonly string[]>>,
  companion?: string,
): string {
  const also = companion === undefined ? "" : ` ${companion}`;
  return renderUnit({
    Unit: {
      Description: describeUnit(what, labels),
      After: `network-online.target postgresql.service${also}`,
      Wants: "network-online.target",
      StartLimitIntervalSec: "0",
      // A stop alone would leave it stopped: the companion wants it, too.
      ...(companion !== undefined && { PartOf: companion }),
    },
    Service: { SyslogIdentifier: labels.component, ...SERVICE_DEFAULTS, ...service },
    Install: { WantedBy: `multi-user.target${also}` },
  });
}
