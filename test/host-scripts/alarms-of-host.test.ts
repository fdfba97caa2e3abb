import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { heads, NOW, STATE, WatchingHost } from "./support/watching-host";

const folder = temporaryFolder();

const newHost = (): WatchingHost => new WatchingHost(folder());

describe("what is on the host itself", () => {
  const CASES: [string, Record<string, string | undefined>, number, string, string][] = [
    ["part host1-server1", { "host1-server1 workers": "1" }, 6, "the server host1-server1 on host1 has 1 of 2 workers that answer", "works again"], // prettier-ignore
    ["part host1-server1", { "host1-server1 workers": undefined }, 6, "the server host1-server1 on host1 has 0 of 2 workers that answer", "works again"], // prettier-ignore
    ["part host1-server1", { "host1-server1 unit": "zato-host1-server1.service failed 0 5 exit-code" }, 6, "the server host1-server1 on host1 does not run: zato-host1-server1.service is failed", "works again"], // prettier-ignore
    ["part host1-load-balancer", { "host1-load-balancer answers": "no" }, 6, "the load-balancer host1-load-balancer on host1 does not answer", "works again"], // prettier-ignore
    ["part host1-scheduler", { "host1-scheduler declared": "scheduler host1 - true" }, 6, "the scheduler host1-scheduler on host1 does not run: zato-host1-scheduler.service is inactive", ""], // prettier-ignore
    ["part host1-backup", { "host1-backup unit": "zato-host1-backup.timer inactive 0 0 success" }, 6, "the backup host1-backup on host1 does not run: zato-host1-backup.timer is inactive", ""], // prettier-ignore
    ["backup host1-backup", { "host1-backup unit": "zato-host1-backup.service failed 0 0 exit-code" }, 1, "the last backup of host1-backup on host1 has failed", "was made again"], // prettier-ignore
    ["certificate /etc/zato-edge/certificate.pem", { "edge certificate": `/etc/zato-edge/certificate.pem ${NOW + 14 * 86400}` }, 1, "the certificate /etc/zato-edge/certificate.pem of edge on host1 ends in 13 days", "is good again"], // prettier-ignore
    ["certificate /etc/zato-edge/certificate.pem", { "edge certificate": `/etc/zato-edge/certificate.pem ${NOW - 5}` }, 1, "the certificate /etc/zato-edge/certificate.pem of edge on host1 has ended", "is good again"], // prettier-ignore
    ["certificate /etc/zato-edge/certificate.pem", { "edge certificate": "/etc/zato-edge/certificate.pem unknown" }, 1, "the certificate /etc/zato-edge/certificate.pem of edge on host1 cannot be read", "is good again"], // prettier-ignore
    ["disk /", { "host disk": "/ 100000000 1048575" }, 2, "/ on host1 has 1023 of 97656 MiB left", "/ on host1 has room again"], // prettier-ignore
    ["disk /", { "host disk": "/ 1000000 49999" }, 2, "/ on host1 has 48 of 976 MiB left", "/ on host1 has room again"], // prettier-ignore
  ];

  test.each(CASES)("%s: %j is told after %d looks", (what, facts, looks, lost, over) => {
    const host = newHost();
    host.facts(facts);
    if (looks > 1) {
      expect(host.minutes(looks - 1)).toEqual([]);
    }
    const messages = host.minutes(1);
    expect(heads(messages)).toEqual([`${what} begins`]);
    expect(messages[0]!.lost).toBe(lost);
    if (over !== "") {
      host.facts({});
      const ends = host.minutes(2);
      expect(heads(ends)).toEqual([`${what} over`]);
      expect(ends[0]!.text).toContain(over);
    }
  });

  test("is told with a command of the package that the deployment was declared with", () => {
    const host = newHost();
    host.facts({
      "host1-server1 workers": "0",
      "host1-backup unit": "zato-host1-backup.service failed 0 0 exit-code",
    });
    host.looks("host2", "down");
    expect(host.minutes(8).map(({ todo }) => todo)).toEqual([
      "see why, and make one: npx our-zato logs host1-backup",
      'see what "npx our-zato status" says of it',
      "see what it says: npx our-zato logs host1-server1",
    ]);
  });

  test("is left alone while a deploy is at work on the host, and counts on afterwards", () => {
    const host = newHost();
    const broken = { "host1-server1 workers": "0", "host disk": "/ 100000000 1" };
    host.facts({ ...broken, "host deploy": "running" });
    expect(host.minutes(8)).toEqual([]);
    host.facts(broken);
    expect(heads(host.minutes(2))).toEqual(["disk / begins"]);
    host.facts({ "host deploy": "running" });
    expect(host.minutes(5)).toEqual([]);
    host.facts({});
    expect(heads(host.minutes(2))).toEqual(["disk / over"]);
  });

  test("a backup that is being made is neither failed nor well", () => {
    const host = newHost();
    host.facts({ "host1-backup unit": "zato-host1-backup.service failed 0 0 exit-code" });
    expect(host.minutes(1)).toHaveLength(1);
    host.facts({ "host1-backup unit": "zato-host1-backup.service activating 0 0 success" });
    expect(host.minutes(4)).toEqual([]);
    host.facts({});
    expect(heads(host.minutes(2))).toEqual(["backup host1-backup over"]);
  });

  test("what is declared no more is forgotten without a word", () => {
    const host = newHost();
    host.facts({ "host1-server1 workers": "0" });
    host.minutes(6);
    host.facts({ "host1-server1 declared": undefined, "host1-server1 unit": undefined, "host1-server1 workers": undefined }); // prettier-ignore
    expect(host.minutes(3)).toEqual([]);
    expect(host.sandbox.read(`${STATE}/events`)).toBe("");
  });
});

describe("the virtual address", () => {
  const HELD = { "edge address": "10.0.0.100 held 1790000000" };

  test("that has moved here is told once, by who has it now", () => {
    const host = newHost();
    host.minutes(1);
    host.facts(HELD);
    expect(host.minutes(1)).toEqual([]);
    const messages = host.minutes(8);
    expect(heads(messages)).toEqual(["address 10.0.0.100 once"]);
    expect(messages[0]!.lost).toBe("the virtual address 10.0.0.100 has moved to host1");
    expect(messages[0]!.todo).toMatch(/^see why the other host has given it up: "npx our-zato status", /);
    host.facts({});
    expect(host.minutes(2)).toEqual([]);
    host.facts(HELD);
    expect(heads(host.minutes(2))).toEqual(["address 10.0.0.100 once"]);
  });

  test("that is here at the first look, or after a reboot still, has not moved", () => {
    const host = newHost();
    host.facts(HELD);
    expect(host.minutes(3)).toEqual([]);
    host.pass(1000);
    expect(host.minutes(3)).toEqual([]);
  });

  test("that was here for one look only has not moved", () => {
    const host = newHost();
    host.minutes(1);
    host.facts(HELD);
    host.minutes(1);
    host.facts({});
    expect(host.minutes(3)).toEqual([]);
  });

  test("that has come with the loss of a host is told with that, in one message", () => {
    const host = newHost();
    host.minutes(1);
    host.facts(HELD);
    host.looks("host2", "gone");
    host.looks("host3", "gone");
    const messages = host.minutes(6);
    expect(heads(messages)).toEqual(["redundancy host2 begins", "redundancy host3 begins"]);
    expect(messages[0]!.lost).toBe(
      "the machine of the cluster host2 does not answer; requests go to host1 alone; the virtual address 10.0.0.100 is on host1",
    );
  });

  test("that a deploy of the balancer has moved is nothing", () => {
    const host = newHost();
    host.minutes(1);
    host.facts({ ...HELD, "edge deployed": String(NOW) });
    expect(host.minutes(4)).toEqual([]);
  });
});

test("GIVEN a cluster answers without end, THEN no more of it is kept than is needed to tell how", () => {
  const play = `curl() { head -c 3000000 /dev/zero | tr '\\0' x; printf ' 503'; }; param() { echo "$\{#answer} kept" >&2; }; machine_answers() { :; }`;
  const { stdout, stderr } = bash(`. "$1/lib/alarms.sh"; ${play}; url=u address=a port=1 state_of_cluster`, [HOST_SCRIPTS]); // prettier-ignore
  expect([stdout, stderr]).toEqual(["down", "1000 kept\n"]);
});
