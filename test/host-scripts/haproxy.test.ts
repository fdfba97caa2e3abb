import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { testWith } from "../support/tools";

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

describe("a server that is known by name", () => {
  const server = (name: string, how: string): string =>
    `    server a ${name}:11223 check maxconn 2000 init-addr ${how} resolvers system cookie a\n`;
  const given =
    server("known.example", "none") +
    server("known.example", "none").replace("server a", "server a.unfit") +
    server("v6.example", "none") +
    server("gone.example", "none") +
    server("never.example", "none") +
    "    server b 10.0.0.12:11223 check\n";

  /** What is put in place of a configuration, where a host knows these names, and had another configuration before. */
  function inPlace(former: string): string {
    const getent = join(folder(), "getent");
    writeFileSync(
      getent,
      `#!/bin/sh
       case $2 in
         known.example) printf '10.0.0.11       STREAM known.example\\n10.0.0.11       DGRAM\\n10.0.0.99       STREAM\\n' ;;
         v6.example) printf 'fe80::1%%eth0   STREAM v6.example\\nfd00::11        STREAM\\n' ;;
         *) exit 2 ;;
       esac`,
    );
    chmodSync(getent, 0o755);
    writeFileSync(join(folder(), "given"), given);
    writeFileSync(join(folder(), "former"), former);
    const { stdout, stderr, status } = bash(
      `work=$2; . "$1/lib/haproxy.sh"; PATH=$2:$PATH; with_addresses "$2/former" <"$2/given"`,
      [HOST_SCRIPTS, folder()],
    );
    expect([status, stderr]).toEqual([0, ""]);
    return stdout;
  }

  test("begins with the address that it has now, which HAProxy need not ask for", () => {
    expect(inPlace("").split("\n")).toEqual(
      given
        .replaceAll(/(known.*)init-addr none/g, "$1init-addr 10.0.0.11,none")
        .replace(/(v6.*)init-addr none/, "$1init-addr fd00::11,none")
        .split("\n"),
    );
  });

  test("keeps the address of before, where DNS says none at the moment", () => {
    const former = server("gone.example", "10.0.0.13,none") + server("known.example", "10.0.0.7,none");
    const lines = inPlace(former);
    expect(lines).toContain(server("gone.example", "10.0.0.13,none"));
    expect(lines).toContain(server("known.example", "10.0.0.11,none"));
    expect(lines).toContain(server("never.example", "none"));
  });
});

testWith(["unshare", "--mount", "true"]).each([
  ["no DNS servers", "", "    nameserver local 127.0.0.1:53\n"],
  ["some", "nameserver 10.0.0.53", "    parse-resolv-conf\n"],
])("GIVEN a host that names %s, THEN HAProxy starts, and asks those that libc asks", (_, named, expected) => {
  const etc = join(folder(), "etc");
  mkdirSync(etc);
  if (named !== "") {
    writeFileSync(join(etc, "resolv.conf"), named);
  }
  const { stdout } = bash(
    `exec unshare --mount bash -c '. "$1/lib/haproxy.sh"; mount --bind "$2" /etc; as_resolver_can' _ "$1" "$2" <<<"    parse-resolv-conf"`,
    [HOST_SCRIPTS, etc],
  );
  expect(stdout).toBe(expected);
});
