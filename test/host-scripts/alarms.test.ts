import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { temporaryFolder } from "../support/bash";
import { at, heads, Look, STATE, WatchingHost } from "./support/watching-host";

const folder = temporaryFolder();

const newHost = (name = "host1", parameters: Record<string, string> = {}): WatchingHost =>
  new WatchingHost(folder(), name, parameters);

test("GIVEN all is well, THEN nobody is told anything", () => {
  const host = newHost();
  expect(host.minutes(8)).toEqual([]);
  expect(host.sandbox.read(`${STATE}/facts`)).toBe("");
});

test("GIVEN a cluster is lost, THEN one message says what is lost and what to do, and another one that it is over", () => {
  const host = newHost();
  host.minutes(1);
  host.looks("host2", "gone");
  const begun = host.time + 60;
  expect(host.minutes(1)).toEqual([]);
  expect(host.minutes(1)).toEqual([
    {
      version: 1,
      deployment: "zato",
      event: "redundancy",
      about: "host2",
      state: "begins",
      id: `zato/redundancy/host2/${at(begun)}`,
      since: at(begun),
      time: at(begun + 60),
      host: "host1",
      lost: "the machine of the cluster host2 does not answer; requests go to host1 and host3",
      todo: "see whether the machine is on and has a network; if it is lost: docs/operations.md#a-machine-is-lost",
      text:
        "[zato] the machine of the cluster host2 does not answer; requests go to host1 and host3. To do: see whether the machine is " +
        "on and has a network; if it is lost: docs/operations.md#a-machine-is-lost",
    },
  ]);
  expect(host.minutes(5)).toEqual([]);
  host.looks("host2", "up");
  expect(host.minutes(1)).toEqual([]);
  const [over, ...others] = host.minutes(3);
  expect(others).toEqual([]);
  expect(over).toMatchObject({
    state: "over",
    id: `zato/redundancy/host2/${at(begun)}`,
    text: "[zato] the cluster host2 answers again; requests go to host1, host2 and host3",
  });
});

test("what lasts no two looks is nothing, and what is back for one look only is not over", () => {
  const host = newHost();
  for (let time = 0; time < 3; time++) {
    host.looks("host2", "down");
    host.minutes(1);
    host.looks("host2", "up");
    host.minutes(1);
  }
  expect(host.delivered()).toEqual([]);
  host.looks("host2", "down");
  expect(heads(host.minutes(2))).toEqual(["redundancy host2 begins"]);
  host.looks("host2", "up");
  host.minutes(1);
  host.looks("host2", "down");
  expect(host.minutes(2)).toEqual([]);
});

test("it is repeated as often as declared, then there is silence until it is over", () => {
  const host = newHost();
  host.looks("host2", "down");
  expect(heads(host.minutes(2))).toHaveLength(1);
  for (const repetition of [1, 2]) {
    host.pass(3500);
    expect(host.minutes(1)).toEqual([]);
    const [message] = host.minutes(1);
    expect([repetition, message?.state, message?.text.startsWith("[zato] still, since 20")]).toEqual([
      repetition,
      "lasts",
      true,
    ]);
  }
  host.pass(86400);
  expect(host.minutes(3)).toEqual([]);
  host.looks("host2", "up");
  expect(heads(host.minutes(2))).toEqual(["redundancy host2 over"]);
});

test("a reboot repeats nothing, and what nobody saw begin has to last anew", () => {
  const host = newHost();
  host.looks("host2", "down");
  host.minutes(2);
  host.looks("host3", "down");
  host.minutes(1);
  host.pass(600);
  expect(host.minutes(1)).toEqual([]);
  expect(heads(host.minutes(1))).toEqual(["redundancy host3 begins"]);
});

test("a cluster that says itself that it was taken out, as in deploys, is lost only after half an hour", () => {
  const host = newHost();
  host.looks("host2", "out");
  expect(host.minutes(30)).toEqual([]);
  const [message] = host.minutes(1);
  expect(message!.lost).toBe(
    "the cluster host2 is kept from requests: a deploy or a restore there has not ended; requests go to host1 and host3",
  );
});

describe("who tells of a cluster", () => {
  const told = (name: string, looks: readonly Look[], parameters = {}, facts = {}): string[] => {
    const host = newHost(name, parameters);
    looks.forEach((look, index) => host.looks(`host${index + 1}`, look));
    host.facts(facts);
    return heads(host.minutes(2));
  };

  test.each<[string, Look[], string[]]>([
    ["host2", ["up", "up", "down"], []],
    ["host2", ["down", "up", "up"], ["host1"]],
    ["host3", ["down", "up", "up"], []],
    ["host2", ["gone", "down", "gone"], ["host1", "host2", "host3"]],
    ["host1", ["down", "down", "down"], ["host1", "host2", "host3"]],
    ["host2", ["down", "down", "down"], []],
    ["host1", ["down", "up", "up"], []],
  ])("%s, where they are %j, tells of %j", (name, looks, expected) => {
    expect(told(name, looks)).toEqual(expected.map((about) => `redundancy ${about} begins`));
  });

  test("that answers again, where who told of its loss does not any more, another one does, and not its own host", () => {
    const says = (name: string): string[] => {
      const host = new WatchingHost(mkdtempSync(join(folder(), "host-")), name);
      host.looks("host1", "down");
      host.minutes(2);
      host.looks("host1", "up");
      host.looks("host2", "down");
      return heads(host.minutes(2));
    };
    expect(says("host3")).toEqual(["redundancy host1 over"]);
    expect(says("host1")).toEqual(["redundancy host2 begins"]);
  });

  const ofBalancer = { cluster: "", machines: "lb2 10.0.0.9 80" };

  test("a host with a balancer alone tells where no machine of a cluster does, if it has the virtual address", () => {
    const held = { "edge address": "10.0.0.100 held 1789000000" };
    expect(told("lb1", ["gone", "gone", "gone"], ofBalancer, held)).toHaveLength(3);
  });

  test("it is not this one where it has it not, or a machine of a cluster answers", () => {
    expect(told("lb1", ["gone", "gone", "gone"], ofBalancer)).toEqual([]);
  });

  test("where a cluster's host has no alarms, the next one tells", () => {
    const clusters = "host1 false 10.0.0.1 1 http://10.0.0.1:1/\nhost2 true 10.0.0.2 1 http://10.0.0.2:1/\nhost3 true 10.0.0.3 1 http://10.0.0.3:1/"; // prettier-ignore
    expect(told("host2", ["up", "up", "down"], { clusters })).toEqual(["redundancy host3 begins"]);
  });

  test("of the other machine of a pair without clusters, the one that is left", () => {
    const host = newHost("lb1", ofBalancer);
    host.sandbox.write("/gone-10.0.0.9", "");
    expect(heads(host.minutes(2))).toEqual(["machine lb2 begins"]);
    rmSync(join(folder(), "gone-10.0.0.9"));
    expect(heads(host.minutes(2))).toEqual(["machine lb2 over"]);
  });
});

describe("of all hosts one tells, each loss once and each return once, whatever happens (property)", () => {
  const told = (names: readonly string[], states: readonly (readonly Look[])[]): void => {
    const clusters = names.map((name, index) => `${name} true 10.0.0.${index + 1} 1 http://10.0.0.${index + 1}:1/`);
    const hosts = names.map(
      (name) => new WatchingHost(mkdtempSync(join(folder(), "host-")), name, { clusters: clusters.join("\n") }),
    );
    const messages: string[] = [];
    for (const state of [...states, names.map(() => "up" as const)]) {
      for (let minute = 0; minute < 3; minute++) {
        hosts.forEach((host, index) => {
          state.forEach((one, other) => host.looks(names[other]!, one));
          // One that is off looks at nothing.
          if (state[index] === "gone") {
            host.pass(60);
          } else {
            messages.push(...heads(host.minutes(1)));
          }
        });
      }
    }
    for (const [index, name] of names.entries()) {
      const its = messages.filter((message) => message.startsWith(`redundancy ${name} `));
      const all = its.map((message) => message.split(" ").at(-1));
      // One that was off when another one told that it is over tells it when it is back.
      const mayRepeat = states.flat().includes("gone");
      const kinds = all.filter((kind, place) => !mayRepeat || kind !== "over" || all[place - 1] !== "over");
      expect([states, kinds]).toEqual([states, kinds.map((_, place) => (place % 2 === 0 ? "begins" : "over"))]);
      expect([states, kinds.length % 2]).toEqual([states, 0]);
      if (states.some((state) => state[index] === "down")) {
        expect([states, kinds.length]).not.toEqual([states, 0]);
      }
    }
  };

  test("on three hosts that are there", () => {
    const look = fc.constantFrom<Look>("up", "down", "out");
    fc.assert(
      fc.property(fc.array(fc.tuple(look, look, look), { minLength: 2, maxLength: 3 }), (some) =>
        told(["host1", "host2", "host3"], some),
      ),
      { numRuns: 2, endOnFailure: true, examples: [[[["up", "up", "down"], ["down", "up", "down"]]]] }, // prettier-ignore
    );
  }, 600_000);

  test("on two hosts whose power fails", () => {
    const look = fc.constantFrom<Look>("up", "down", "gone");
    // Where no cluster answers, one that was off cannot know that its loss was told.
    const some = fc.tuple(look, look).filter((state) => state.includes("up") || !state.includes("down"));
    fc.assert(
      fc.property(fc.array(some, { minLength: 2, maxLength: 4 }), (states) => told(["host1", "host2"], states)),
      {
        numRuns: 2,
        endOnFailure: true,
        examples: [
          [
            [
              ["gone", "up"],
              ["up", "gone"],
              ["gone", "gone"],
              ["gone", "up"],
            ],
          ],
          [
            [
              ["up", "down"],
              ["gone", "up"],
            ],
          ],
        ],
      },
    );
  }, 600_000);
});
