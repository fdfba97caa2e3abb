import { buildStandIn, sha256Of, type PublishedFile } from "../../../lab/archive";
import type { Lab } from "../../../lab/lab";
import { silent } from "../../../lab/log";
import { ADMIN_PASSWORD, BEGIN_BY_HAND, CODE, deployByHand, PORTS, postByHand, SERVERS, USER } from "./quickstart";

/** What each start of a server of 4.1 is told, the file of its environment aside. */
const OPTIONS = ["fg=True", "sync_internal=False", "secret_key=", "stderr_path=None", "env_file=", "stop_after=None"];

const MAKE = `${BEGIN_BY_HAND}
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null
systemctl start redis-server
odb="$odb
odb_ssl=
odb_ssl_ca_file=
odb_ssl_cert_file=
odb_ssl_key_file=
odb_ssl_verify="
install -d -o ${USER} -g ${USER} /srv/esb/env/qs-1
printf 'command=create_odb\\n' | zato
printf 'command=create_cluster\\ncluster_name=by-hand\\nsecret_key=%s\\nadmin_invoke_password=%s\\n' "$key" "$2" | zato
for number in 1 2; do
    printf 'command=create_server\\npath=/srv/esb/env/server%s\\ncluster_name=by-hand\\nserver_name=server%s\\nhttp_port=1801%s\\nthreads=1\\nsecret_key=%s\\nredis_host=127.0.0.1\\nredis_port=6379\\n' \\
        "$number" "$number" "$((number - 1))" "$key" | zato
    cat >/etc/systemd/system/esb-server$number.service <<UNIT
[Service]
User=esb
WorkingDirectory=/srv/esb/env/server$number
ExecStart=${CODE}/bin/python -m zato.server.main /srv/esb/env/server$number ${OPTIONS.join("Zato_Zato_Zato")}
UNIT
    systemctl daemon-reload
    systemctl start esb-server$number
    until curl -fsS -o /dev/null http://127.0.0.1:1801$((number - 1))/zato/ping; do sleep 0.3; done
done
`;

/** The stand-in for 4.1, where hosts find it. */
export async function published41(lab: Lab): Promise<PublishedFile> {
  const file = (await buildStandIn(silent, "4.1"))!;
  return { url: await lab.publish(file), sha256: sha256Of(file) };
}

/** Makes a cluster of 4.1 on a host of the lab, with two servers and a service of its owner's. */
export async function makeQuickstart41(lab: Lab, host: string, archive: PublishedFile): Promise<void> {
  await lab.execOrThrow(host, ["bash", "-c", MAKE, "make", archive.url, ADMIN_PASSWORD]);
}

/** What its owner does: puts a file into the folder of each server that reads it when it starts, and tells the server. */
export async function deployByHand41(lab: Lab, host: string, name: string, source: string): Promise<void> {
  await deployByHand(lab, host, name, source);
  for (const [number, folder] of SERVERS.entries()) {
    const file = `${folder}/pickup/incoming/services/${name}`;
    if (number > 0) {
      await lab.execOrThrow(host, `umask 022; cat >${file}; chown ${USER}: ${file}`, { input: source });
    }
    await tellServer41(lab, host, PORTS[number]!, file);
  }
}

/** Has one server load a file that is there. */
export async function tellServer41(lab: Lab, host: string, port: number, file: string): Promise<void> {
  const request = { payload: "", payload_name: file };
  await ask41(lab, host, "zato.hot-deploy.create", request, port);
}

/** Invokes an internal service of a server, as its dashboard does. */
export async function ask41<T>(
  lab: Lab,
  host: string,
  service: string,
  request: object = {},
  port: number = PORTS[0],
): Promise<T> {
  const url = `http://127.0.0.1:${port}/zato/api/invoke/${service}`;
  const answer = await postByHand(lab, host, url, { cluster_id: 1, ...request });
  return (answer === "" ? undefined : JSON.parse(answer)) as T;
}
