import { writeFileSync } from "node:fs";
import { bash } from "../support/bash";
import { testWith } from "../support/tools";
import { becomes } from "./support/admin";
import { http1 } from "./support/client";
import { Dns } from "./support/dns";
import { Layers } from "./support/layers";

/** Nobody can have it (RFC 6761). */
const UNKNOWN = "host1.invalid";

test("GIVEN a cluster's name that does not resolve, WHEN HAProxy starts, THEN the other cluster answers", async () => {
  const layers = await Layers.start({ addresses: [UNKNOWN, "127.0.0.1"] });
  const asked = await http1(layers.outerPort).send("POST", "/200/1");
  const own = layers.countOf("/200/1");
  await layers.stop();
  expect([asked.status, own]).toEqual([200, 1]);
});

test("GIVEN names that are known to the host alone, WHEN no DNS answers, THEN requests go there after each start", async () => {
  const layers = await Layers.start({ addresses: ["localhost", UNKNOWN], resolver: "127.0.0.1:1" });
  const answers: number[] = [];
  for (let start = 0; start < 2; start++) {
    answers.push((await http1(layers.outerPort).send("POST", `/200/${start}`)).status);
    await layers.restartOuter();
  }
  await layers.stop();
  expect(answers).toEqual([200, 200]);
});

test("GIVEN a name that nobody knows yet, WHEN DNS learns it, THEN the cluster gets requests", async () => {
  const dns = await Dns.start();
  const layers = await Layers.start({ addresses: [UNKNOWN, "127.0.0.1"], resolver: dns.address });
  dns.answer = "127.0.0.1";
  await becomes(layers, "clusters/host1 UP", "clusters_once/host1 UP", "clusters_last_resort_once/host1 UP");
  dns.stop();
  await layers.stop();
});

/** Checks the configuration as HAProxy does at its start, where a socket takes all questions of libc and answers none. */
const CHECK_IN_SILENCE = `
ip link set lo up
mount --bind "$1/resolv.conf" /etc/resolv.conf
exec 3< <(exec node -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.9", () => console.log("bound"))')
read -r _ <&3
status=0
timeout 5 "$HAPROXY" -c -q -f "$1/outer.cfg" || status=$?
kill $!
exit "$status"`;

testWith(["unshare", "--net", "--mount", "ip", "link", "set", "lo", "up"])(
  "GIVEN DNS that is silent, WHEN HAProxy starts, THEN it waits for no name",
  async () => {
    const layers = await Layers.start({ addresses: [UNKNOWN, "127.0.0.1"] });
    writeFileSync(`${layers.folder}/resolv.conf`, "nameserver 127.0.0.9\n");
    const { status } = bash('exec unshare --net --mount bash -euc "$1" bash "$2"', [CHECK_IN_SILENCE, layers.folder], {
      HAPROXY: process.env.HAPROXY ?? "haproxy",
    });
    await layers.stop();
    expect(status).toBe(0);
  },
);
