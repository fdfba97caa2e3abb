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
 * What every unit of ours has: root-less, hardened, restarted whenever it ends.
 *
 * Source: facts measured with Zato 3.3, see `docs/zato.md`.
 */
export const SERVICE_DEFAULTS: Readonly<Record<string, string>> = {
  User: "zato",
  Group: "zato",
  UMask: "0077",
  StandardInput: "null",
  KillMode: "mixed",
  TimeoutStopSec: "30",
  Restart: "always",
  RestartSec: "3",
  LimitNOFILE: "65536",
  PrivateTmp: "true",
  NoNewPrivileges: "true",
  ProtectSystem: "full",
  ProtectHome: "true",
  ProtectKernelTunables: "true",
  ProtectControlGroups: "true",
  RestrictSUIDSGID: "true",
};

/** The units start at boot, and systemd never gives up restarting them. */
export function unitOf(description: string, service: Readonly<Record<string, string | readonly string[]>>): string {
  return renderUnit({
    Unit: {
      Description: description,
      After: "network-online.target postgresql.service",
      Wants: "network-online.target",
      StartLimitIntervalSec: "0",
    },
    Service: { ...SERVICE_DEFAULTS, ...service },
    Install: { WantedBy: "multi-user.target" },
  });
}
