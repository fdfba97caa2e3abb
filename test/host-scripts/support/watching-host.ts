import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../../lib/remote/manifest";
import { BashResult } from "../../support/bash";
import { Sandbox } from "../../support/sandbox";

/** The state of the component on a host. */
export const STATE = "/var/lib/cdktf-zato/components/zato-alarms";

/** The unit that delivers a message. */
export const DELIVERY = "zato-zato-alarms-delivery.service";

/** A message, as it is delivered. */
export interface Message {
  readonly version: 1;
  readonly deployment: string;
  readonly event: string;
  readonly about: string;
  readonly state: string;
  readonly id: string;
  readonly since: string;
  readonly time: string;
  readonly host: string;
  readonly lost: string;
  readonly todo: string;
  readonly text: string;
}

/** How a cluster looks from other hosts: what curl prints, and whether its machine answers. */
const LOOKS = {
  up: ["ok 200", true],
  out: ["taken out 503", true],
  down: ["<html>No server is available 503", true],
  gone: [" 000", false],
} as const;

/** One of these. */
export type Look = keyof typeof LOOKS;

/** When a host looks first, in seconds since 1970. */
export const NOW = 1_790_000_000;

/** As messages write a time. */
export const at = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000", "");

/** What is known on a host where all is well. */
function factsOf(name: string): Record<string, string> {
  const unit = (component: string, suffix = "service", state = "active", result = "success"): string =>
    `zato-${name}-${component}.${suffix} ${state} 1790000000 0 ${result}`;
  return {
    [`${name}-server1 declared`]: `server ${name} 2 -`,
    [`${name}-scheduler declared`]: `scheduler ${name} - false`,
    [`${name}-backup declared`]: `backup ${name} - -`,
    [`${name}-load-balancer declared`]: `load-balancer ${name} - -`,
    [`edge declared`]: "haproxy - - -",
    [`other-server1 declared`]: "server other 2 -",
    [`host time`]: "1790000000.5",
    [`host disk`]: "/ 100000000 40000000",
    [`${name}-server1 unit`]: unit("server1"),
    [`${name}-server1 workers`]: "2",
    [`${name}-scheduler unit`]: unit("scheduler", "service", "inactive"),
    [`${name}-backup unit`]: unit("backup", "service", "inactive"),
    [`${name}-load-balancer answers`]: "yes",
    [`edge address`]: "10.0.0.100 free",
    [`edge certificate`]: `/etc/zato-edge/certificate.pem ${NOW + 100 * 86400}`,
    [`edge deployed`]: "1780000000",
    [`other-server1 workers`]: "0",
  };
}

/** A host whose time, facts and neighbours are the test's. */
export class WatchingHost {
  public readonly sandbox: Sandbox;
  private now = NOW;

  constructor(
    private readonly place: string,
    private readonly name = "host1",
    parameters: Record<string, string> = {},
  ) {
    this.sandbox = new Sandbox(place);
    this.sandbox.define(`machine_answers() { [ ! -e '${place}/gone-'"$1" ]; }`);
    this.sandbox.program("curl", `cat "${place}/answer-$(sed -E 's|.*//([0-9.]+):.*|\\1|' <<<"\${@: -1}")"`, false);
    this.sandbox.program("date", `if [ "$1" = +%s ]; then cat '${place}/now'; else exec /usr/bin/date "$@"; fi`, false);
    this.sandbox.program(
      "systemctl",
      `case "$*" in "start ${DELIVERY}") [ ! -e '${place}/deaf' ] || exit 1; cat '${place}${STATE}/message' >>'${place}/delivered' ;; esac`,
    );
    writeFileSync(join(this.sandbox.scripts, "status.sh"), `cat '${place}/facts'\n`);
    this.sandbox.write(
      `${STATE}/manifest`,
      renderManifest({
        parameters: {
          host: name,
          unit: "zato-zato-alarms.service",
          timer: "zato-zato-alarms.timer",
          delivery_unit: DELIVERY,
          deployment: "zato",
          cluster: name,
          balancer: "edge",
          clusters: ["host1", "host2", "host3"]
            .map((one, index) => `${one} true 10.0.0.${index + 1} 11223 http://10.0.0.${index + 1}:11223/zato/ping`)
            .join("\n"),
          machines: "",
          taken_out: "taken out",
          library: "our-zato",
          repeat_seconds: "3600",
          repetitions: "2",
          ...parameters,
        },
        files: {},
      }),
    );
    this.facts({});
    ["host1", "host2", "host3"].forEach((one) => this.looks(one, "up"));
  }

  /** Facts that are otherwise; one that is undefined is not there. */
  public facts(edits: Record<string, string | undefined>): void {
    const facts = Object.entries({ ...factsOf(this.name), ...edits });
    const lines = facts.flatMap(([fact, value]) =>
      value === undefined ? [] : [`${fact.replace(" ", "\t")}\t${value}\n`],
    );
    this.sandbox.write("/facts", lines.join(""));
  }

  public looks(cluster: string, look: Look): void {
    const address = `10.0.0.${cluster.at(-1)}`;
    const [answer, isThere] = LOOKS[look];
    this.sandbox.write(`/answer-${address}`, answer);
    rmSync(join(this.place, `gone-${address}`), { force: true });
    if (!isThere) {
      this.sandbox.write(`/gone-${address}`, "");
    }
  }

  public run(...words: string[]): BashResult {
    this.sandbox.write("/now", String(this.now));
    return this.sandbox.run("alarms.sh", "zato-alarms", ...words);
  }

  /** As many looks, a minute after the other; the messages that were delivered meanwhile. */
  public minutes(count: number): Message[] {
    for (let minute = 0; minute < count; minute++) {
      this.now += 60;
      expect(this.run()).toMatchObject({ status: 0, stderr: "" });
    }
    return this.delivered();
  }

  /** While it is off. */
  public pass(seconds: number): void {
    this.now += seconds;
  }

  public get time(): number {
    return this.now;
  }

  /** What was delivered since it was asked last. */
  public delivered(): Message[] {
    const file = join(this.place, "delivered");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    rmSync(file, { force: true });
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Message);
  }
}

/** What messages are about, without their words. */
export const heads = (messages: readonly Message[]): string[] =>
  messages.map(({ event, about, state }) => `${event} ${about} ${state}`);
