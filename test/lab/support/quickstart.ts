import type { Lab } from "../../../lab/lab";
import { waitUntil } from "../../../lab/process";

/** What a cluster is like that somebody has made by hand, as `zato quickstart` does: a user, a database, two servers. */
export const USER = "esb";
export const CODE = "/srv/esb/zato";
export const SERVERS = ["/srv/esb/env/server1", "/srv/esb/env/server2"] as const;
export const PORTS = [18010, 18011] as const;
export const ADMIN_PASSWORD = 'by hand: p\'w "x" #1';

const HANDLE = `
from zato.server.service import Service

class Legacy(Service):
    name = "legacy.answer"

    def handle(self):
        self.response.payload = "legacy"
`;

/** A user who owns a database and Zato's code, a secret key, and how Zato's commands are given their file. */
export const BEGIN_BY_HAND = `
set -euo pipefail
umask 022
systemctl start postgresql
runuser -u postgres -- psql -q -c "create role esb login password 'odb'" -c "create database esb owner esb"
useradd --create-home --home-dir /srv/esb --shell /bin/bash esb
mkdir -p ${CODE} /srv/esb/env
curl -fsS "$1" | tar -xz -C ${CODE} --no-same-owner
chown -R esb: /srv/esb
key=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')
odb="odb_type=postgresql
odb_host=127.0.0.1
odb_port=5432
odb_user=esb
odb_db_name=esb
odb_password=odb"
zato() {
    { printf '%s\\n' "$odb"; cat; } >/srv/esb/command
    chown esb: /srv/esb/command
    (cd /srv/esb && runuser -u esb -- ${CODE}/bin/zato from-config /srv/esb/command </dev/null)
    rm /srv/esb/command
}
`;

const MAKE = `${BEGIN_BY_HAND}
printf 'command=create_odb\\n' | zato
printf 'command=create_cluster\\ncluster_name=by-hand\\nlb_host=127.0.0.1\\nlb_port=11223\\nlb_agent_port=20151\\nsecret_key=%s\\nadmin_invoke_password=%s\\n' "$key" "$2" | zato
for number in 1 2; do
    printf 'command=create_server\\npath=/srv/esb/env/server%s\\ncluster_name=by-hand\\nserver_name=server%s\\nhttp_port=1801%s\\nthreads=%s\\nsecret_key=%s\\njwt_secret=%s\\nscheduler_address_for_server=http://127.0.0.1:31530\\n' \\
        "$number" "$number" "$((number - 1))" "$((3 - number))" "$key" "$key" | zato
    sed -i 's/^ipc_port_start=.*/ipc_port_start=180'$((4 + number))'0/' /srv/esb/env/server$number/config/repo/server.conf
    cat >/etc/systemd/system/esb-server$number.service <<UNIT
[Service]
User=esb
WorkingDirectory=/srv/esb/env/server$number
ExecStartPre=/bin/rm -f /srv/esb/env/server$number/pidfile
ExecStart=${CODE}/bin/python -m zato.server.main /srv/esb/env/server$number fg=True
UNIT
    systemctl daemon-reload
    systemctl start esb-server$number
    until curl -fsS -o /dev/null http://127.0.0.1:1801$((number - 1))/zato/ping; do sleep 0.3; done
done
`;

/** Makes that cluster on a host of the lab, with a service of its own. */
export async function makeQuickstart(lab: Lab, host: string): Promise<void> {
  await lab.execOrThrow(host, ["bash", "-c", MAKE, "make", lab.archive.url, ADMIN_PASSWORD]);
  await deployByHand(lab, host, "legacy.py", HANDLE);
  await waitUntil("the service that is there already", 30_000, async () => {
    const found = await askByHand<{ name: string }[]>(lab, host, "zato.service.get-list");
    return found.some(({ name }) => name === "legacy.answer") ? undefined : "not yet";
  });
}

/** What its owner does: puts a file into the pickup folder of the first server. */
export async function deployByHand(lab: Lab, host: string, name: string, source: string): Promise<void> {
  const file = `${SERVERS[0]}/pickup/incoming/services/${name}`;
  const put = `umask 022; cat >${file}.new && chown esb: ${file}.new && mv ${file}.new ${file}`;
  await lab.execOrThrow(host, put, { input: source });
}

/** Sends a request as the user of the admin API; gives what is answered, and fails when that is an error. */
export function postByHand(lab: Lab, host: string, url: string, body: object): Promise<string> {
  const curl = ["curl", "-sS", "--fail-with-body", "--user", `admin.invoke:${ADMIN_PASSWORD}`, "--data", "@-", url];
  return lab.execOrThrow(host, curl, { input: JSON.stringify(body) });
}

/** Invokes an internal service of its first server, as its web-admin does. */
export async function askByHand<T>(
  lab: Lab,
  host: string,
  service: string,
  request: object = {},
  port: number = PORTS[0],
): Promise<T> {
  const payload = Buffer.from(JSON.stringify({ cluster_id: 1, ...request })).toString("base64");
  const envelope = { name: service, payload, channel: "invoke", data_format: "json", skip_response_elem: true };
  const answer = await postByHand(lab, host, `http://127.0.0.1:${port}/zato/admin/invoke`, envelope);
  const { response } = JSON.parse(answer) as { response: string };
  const found = response === "" ? undefined : (JSON.parse(Buffer.from(response, "base64").toString()) as unknown);
  return (
    found !== null && typeof found === "object" && Object.keys(found).length === 1 && !Array.isArray(found)
      ? Object.values(found)[0]
      : found
  ) as T;
}
