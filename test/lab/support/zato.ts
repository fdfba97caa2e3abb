import type { Lab } from "../../../lab/lab";
import { waitUntil } from "../../../lab/process";

/** HTTP status that the host `client`, or another one, gets; 0 where nobody answers. */
export async function httpStatus(lab: Lab, url: string, from = "client", ...args: string[]): Promise<number> {
  const curl = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "5"];
  const { stdout } = await lab.exec(from, [...curl, "--path-as-is", ...args, url]);
  return Number(stdout);
}

/** The units of ours on a host. */
export async function unitsOf(lab: Lab, host: string): Promise<string[]> {
  const list = "systemctl list-units --all --plain --no-legend 'zato-*.service' | awk '{ print $1 }'";
  return words(await lab.execOrThrow(host, list));
}

/** A property of a unit. */
export async function unitProperty(lab: Lab, host: string, unit: string, property: string): Promise<string> {
  return (await lab.execOrThrow(host, ["systemctl", "show", "--property", property, "--value", unit])).trim();
}

/** The number of workers of a server that run: children of its master. */
export async function workersOf(lab: Lab, host: string, server: string): Promise<number> {
  const master = await unitProperty(lab, host, `zato-${host}-${server}.service`, "MainPID");
  return words(await lab.execOrThrow(host, `pgrep -P ${master}`)).length;
}

/** A key or password that was generated on a host. */
export async function secretOf(lab: Lab, host: string, name: string): Promise<string> {
  return lab.execOrThrow(host, ["cat", `/etc/cdktf-zato/secrets/${host}/${name}`]);
}

/** Rows of a query on a host's local ODB, as PostgreSQL's own superuser. */
export async function query(lab: Lab, host: string, statement: string, database = `zato_${host}`): Promise<string[]> {
  const psql = ["runuser", "-u", "postgres", "--", "psql", "-X", "-A", "-t", "-d", database, "-c", statement];
  return (await lab.execOrThrow(host, psql)).split("\n").filter((line) => line !== "");
}

const LOG_IN = `
set -euo pipefail
cd "$(mktemp -d /var/tmp/web-admin.XXXXXX)"
trap 'rm -rf "$PWD"' EXIT
site=http://127.0.0.1:8183
token=$(curl -fsS -c jar "$site/accounts/login/" | sed -n 's/.*name="csrfmiddlewaretoken" value="\\([^"]*\\)".*/\\1/p')
curl -sS -o /dev/null -w '%{http_code}\\n' -b jar -c jar --data-urlencode username=admin --data-urlencode password@- \\
  --data "csrfmiddlewaretoken=$token" --data next=/zato/ "$site/accounts/login/"
for page in $PAGES; do curl -sS -b jar -w '\\n%{http_code}\\n' "$site$page"; done
`;

/** Logs in to a host's web-admin, on the host itself; gives the status of the log-in, and the pages asked for. */
export async function logIn(
  lab: Lab,
  host: string,
  password: string,
  ...pages: string[]
): Promise<{ status: number; pages: string }> {
  const output = await lab.execOrThrow(host, LOG_IN.replace("$PAGES", pages.join(" ")), { input: password });
  const end = output.indexOf("\n");
  return { status: Number(output.slice(0, end)), pages: output.slice(end + 1) };
}

/** Waits until an address answers with status 200. */
export async function waitForPing(lab: Lab, url: string, seconds = 60): Promise<void> {
  await waitUntil(url, seconds * 1000, async () => {
    const status = await httpStatus(lab, url);
    return status === 200 ? undefined : `status ${status}`;
  });
}

/** Splits at white space. */
export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** How the HAProxy in front of the clusters, on this host, sees them: "host1 UP, host2 DOWN"; empty where it does not run. */
export async function poolOf(lab: Lab, host: string): Promise<string> {
  const show = "echo show stat | socat - /run/zato-edge/admin.sock";
  const { stdout } = await lab.exec(host, show);
  const rows = stdout.split("\n").map((row) => row.split(","));
  const members = rows.filter(([pool, member]) => pool === "clusters" && member !== "BACKEND");
  return members.map((row) => `${row[1]} ${row[17]}`).join(", ");
}

/** Invokes an internal service by the admin API of a host's first server. */
export async function invoke(lab: Lab, host: string, service: string, request: object): Promise<unknown> {
  const payload = Buffer.from(JSON.stringify(request)).toString("base64");
  const envelope = { name: service, payload, channel: "invoke", data_format: "json", skip_response_elem: true };
  const credentials = `admin.invoke:${await secretOf(lab, host, "admin_invoke_password")}`;
  const url = "http://127.0.0.1:17010/zato/admin/invoke";
  const answer = await lab.execOrThrow(
    host,
    ["curl", "-sS", "--fail-with-body", "--user", credentials, "--data", "@-", url],
    { input: JSON.stringify(envelope) },
  );
  const { response } = JSON.parse(answer) as { response: string };
  return response === "" ? undefined : JSON.parse(Buffer.from(response, "base64").toString());
}

/** Those of some hosts that have an address, such as the virtual one. */
export async function holdersOf(lab: Lab, address: string, hosts: readonly string[]): Promise<string[]> {
  const found = await Promise.all(hosts.map((host) => lab.execOrThrow(host, `ip -o address show to ${address}`)));
  return hosts.filter((_, position) => found[position] !== "");
}
