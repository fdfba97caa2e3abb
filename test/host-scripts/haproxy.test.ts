import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** The configuration that is put in place where HAProxy says that it is of some release. */
function installed(said: string): string {
  const { stdout, stderr, status } = bash(
    `set -euo pipefail
     work=$2; cd "$2"; . "$1/lib/haproxy.sh"
     printf 'defaults\\n    option abortonclose\\n    option idle-close-on-response\\n    retries 3\\n' >given
     fail() { echo "failed: $1" >&2; exit 1; }
     haproxy() { case $1 in -v) echo "${said}" ;; esac; }
     install_file() { cat "$1"; }
     install_haproxy_config given /etc/haproxy.cfg 0600 root`,
    [HOST_SCRIPTS, folder()],
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

const WHOLE = "defaults\n    option abortonclose\n    option idle-close-on-response\n    retries 3\n";

test.each([
  ["HAProxy version 3.2.4-98813a1 2025/08/13 - https://haproxy.org/", WHOLE],
  ["HAProxy version 2.6.12-1+deb12u3 2025/10/03 - https://haproxy.org/", WHOLE],
  ["HAProxy version 2.10.1 2030/01/01 - https://haproxy.org/", WHOLE],
  ["HAProxy version 2.4.24-0ubuntu0.22.04.1 2023/10/31 - https://haproxy.org/", WHOLE.replace(/.*idle.*\n/, "")],
  ["HA-Proxy version 2.2.9-2+deb11u6 2023/12/19 - https://haproxy.org/", WHOLE.replace(/.*idle.*\n/, "")],
])("GIVEN '%s', THEN the configuration holds what that knows, and nothing else", (said, config) => {
  expect(installed(said)).toBe(config);
});
