import type { Lab } from "../../../lab/lab";
import { words } from "./zato";

/**
 * What `zato quickstart` leaves on a machine that Zato's own packages were installed on: the user `zato` at home in /opt/zato, code with a
 * link that leads to it, an environment with two servers, a load-balancer and a scheduler, scripts that start and stop all of them,
 * and, by hand, a unit that calls these.
 */
const MAKE = `
set -euo pipefail
umask 022
archive=$1 scheduler=$2 env=/opt/zato/env/qs-1 code=/opt/zato/current
systemctl enable --now --quiet postgresql
until pg_isready -q -h 127.0.0.1; do sleep 0.3; done
runuser -u postgres -- psql -q -c "create role qs login password 'odb'" -c "create database qs owner qs"
useradd --system --user-group --create-home --home-dir /opt/zato --shell /bin/bash zato
chmod 0755 /opt/zato
mkdir -p /opt/zato/3.3.0 $env
curl -fsS "$archive" | tar -xz -C /opt/zato/3.3.0 --no-same-owner
ln -s /opt/zato/3.3.0 $code
chown -hR zato: /opt/zato
key=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')
zato() {
    { printf '%s\\n' odb_type=postgresql odb_host=127.0.0.1 odb_port=5432 odb_user=qs odb_db_name=qs odb_password=odb; cat; } >/opt/zato/command
    chown zato: /opt/zato/command
    (cd /opt/zato && runuser -u zato -- $code/bin/zato from-config /opt/zato/command </dev/null >&2)
    rm /opt/zato/command
}
printf 'command=create_odb\\n' | zato
printf '%s\\n' command=create_cluster cluster_name=quickstart-1 lb_host=127.0.0.1 lb_port=11223 lb_agent_port=20151 "secret_key=$key" admin_invoke_password=admin | zato
for number in 1 2; do
    printf '%s\\n' command=create_server path=$env/server$number cluster_name=quickstart-1 server_name=server$number http_port=1701$((number - 1)) \\
        threads=1 "secret_key=$key" "jwt_secret=$key" scheduler_address_for_server=http://127.0.0.1:31530 \\
        scheduler_api_client_for_server_username=scheduler scheduler_api_client_for_server_password=scheduler | zato
    sed -i "s/^ipc_port_start=.*/ipc_port_start=170$((4 + number))0/" $env/server$number/config/repo/server.conf
done
printf '%s\\n' command=create_lb path=$env/load-balancer | zato
sed -i 's|^# ZATO default_backend_empty|    server http_plain--server1 127.0.0.1:17010 check inter 2s rise 2 fall 2\\n    server http_plain--server2 127.0.0.1:17011 check inter 2s rise 2 fall 2|' \\
    $env/load-balancer/config/repo/zato.config
if [ -n "$scheduler" ]; then
    printf '%s\\n' command=create_scheduler path=$env/scheduler cluster_name=quickstart-1 "secret_key=$key" server_path=$env/server1 bind_host=127.0.0.1 bind_port=31530 \\
        server_address_for_scheduler=http://127.0.0.1:17010 server_api_client_for_scheduler_password=admin \\
        scheduler_api_client_for_server_username=scheduler scheduler_api_client_for_server_password=scheduler | zato
fi
cat >$env/zato-qs-start.sh <<'START'
#!/bin/bash
for number in 1 2; do
    cd /opt/zato/env/qs-1/server$number || exit
    rm -f pidfile
    setsid /opt/zato/current/bin/python -m zato.server.main "$PWD" fg=True </dev/null >>logs/started.log 2>&1 &
    until curl -fsS -o /dev/null http://127.0.0.1:1701$((number - 1))/zato/ping; do sleep 0.3; done
done
cd /opt/zato/env/qs-1/load-balancer || exit
haproxy -D -f config/repo/zato.config -p pidfile
cd /opt/zato/env/qs-1/scheduler 2>/dev/null || exit 0
setsid /opt/zato/current/bin/python -m zato.scheduler.main </dev/null >>logs/started.log 2>&1 &
START
cat >$env/zato-qs-stop.sh <<'STOP'
#!/bin/bash
for pidfile in /opt/zato/env/qs-1/*/pidfile; do kill $(cat "$pidfile"); done
STOP
chmod 0755 $env/*.sh
chown zato: $env/*.sh
cat >/etc/systemd/system/zato-qs-1.service <<UNIT
[Unit]
After=postgresql.service
[Service]
Type=oneshot
RemainAfterExit=yes
User=zato
ExecStart=$env/zato-qs-start.sh
ExecStop=$env/zato-qs-stop.sh
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now --quiet zato-qs-1
`;

/** Makes that on a host of the lab, and starts it. */
export async function makePackageQuickstart(lab: Lab, host: string, options: { scheduler: boolean }): Promise<void> {
  await lab.execOrThrow(host, ["bash", "-c", MAKE, "make", lab.archive.url, options.scheduler ? "yes" : ""]);
}

const KEPT = `
find /opt/zato/env/qs-1 /opt/zato/3.3.0 /etc/systemd/system/zato-qs-1.service ! -path '*/logs/*' ! -path '*/work/*' ! -name '*.pyc' ! -name __pycache__ \\
    ! -name pidfile ! -name '*.sock' -printf '%p,%U,%m,%l\\n'
printf 'link,%s\\n' "$(readlink /opt/zato/current)"
printf 'tables,%s\\n' "$(runuser -u postgres -- psql -XAtq -d qs -c "select count(*) from pg_tables where tableowner = 'qs'")"
`;

/** What the library has to leave as it is: folders, code, link and unit with their owners and modes, and the database. */
export async function keptOfQuickstart(lab: Lab, host: string): Promise<string[]> {
  return words(await lab.execOrThrow(host, KEPT)).sort();
}
