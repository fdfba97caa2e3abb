import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { EnmasseObjects, ZatoRelease } from "cdktf-zato";
import fc from "fast-check";
import { clashingDefinitions } from "../../lib/content/clashing-definitions";
import { danglingNames } from "../../lib/content/dangling-names";
import { renderEnmasse } from "../../lib/content/enmasse-file";
import { renderExpected } from "../../lib/content/expected-content";
import { sharedPaths } from "../../lib/content/shared-paths";
import { newStack } from "../support/stack";

type Content = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

const DIALECT = ZatoRelease.V3_3._behavior.content;

const DEFINITIONS = ["D1", "D2", "D3"];

/** As many objects as names, or fewer, each with its name. */
const named = <T extends object>(
  names: readonly string[],
  fields: fc.Arbitrary<T>,
): fc.Arbitrary<({ name: string } & T)[]> =>
  fc.subarray([...names]).chain((some) => fc.tuple(...some.map((name) => fields.map((given) => ({ name, ...given })))));

const definition = fc.oneof(
  fc.record({ type: fc.constantFrom("basic_auth", "jwt", "ntlm"), username: fc.constantFrom("u1", "u2", "u3") }),
  fc.record({ type: fc.constant("apikey"), username: fc.constant("X-API-Key") }),
);

const security = { security_name: fc.constantFrom(...DEFINITIONS, "zato-no-security") };

const job = fc.oneof(
  fc.record({ job_type: fc.constant("interval_based"), hours: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ job_type: fc.constant("cron_style"), cron_definition: fc.constantFrom("0 1 * * *", "0 2 * * *") }),
);

/** Contents that have little to choose from, so that what one object leaves is what another one takes. */
const content: fc.Arbitrary<Content> = fc.record({
  security: named(DEFINITIONS, definition),
  channel_rest: named(
    ["A", "B", "C"],
    fc.record({
      service: fc.constantFrom("one", "two"),
      url_path: fc.constantFrom("/a", "/b", "/c"),
      method: fc.constantFrom("", "GET"),
      ...security,
      security_groups: fc.subarray(["G", "H"]),
    }),
  ),
  outgoing_rest: named(
    ["O"],
    fc.record({ host: fc.constantFrom("http://x", "http://y"), url_path: fc.constant("/"), ...security }),
  ),
  security_groups: named(["G", "H"], fc.record({ members: fc.subarray([...DEFINITIONS]) })),
  scheduler: named(
    ["J"],
    job.map((fields) => ({ service: "one", start_date: "2025-01-01T00:00:00", ...fields })),
  ),
  zato_generic_connection: named(["X"], fc.record({ type_: fc.constantFrom("outconn-ldap", "outconn-wsx") })),
  def_amqp: named(["Q", "R"], fc.record({ host: fc.constant("x"), port: fc.constant(5672) })),
  channel_amqp: named(["S"], fc.record({ def_name: fc.constantFrom("Q", "R"), queue: fc.constant("y"), service: fc.constant("one") })), // prettier-ignore
});

/** What a deploy brings; nothing for what is refused at synth, or what no group can hold. */
function brought(declared: Content): object | undefined {
  const stack = newStack();
  const objects = EnmasseObjects.fromObject(declared)
    ._objects(stack, [DIALECT])
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const types = new Map(declared.security!.map(({ name, type }) => [name, type]));
  const members = declared.security_groups!.flatMap((group) => group.members as string[]);
  const problems = [
    ...danglingNames(stack, objects, ["one", "two"]),
    ...sharedPaths(stack, objects),
    ...clashingDefinitions(stack, objects),
  ];
  if (problems.length > 0 || members.some((name) => !["basic_auth", "apikey"].includes(types.get(name) as string))) {
    return undefined;
  }
  const { text, stages } = renderEnmasse(objects, DIALECT);
  return {
    text,
    stages,
    expected: renderExpected(objects, [], DIALECT),
    owned: objects.map(({ key }) => key),
    groups: Object.fromEntries<string[]>(
      declared.security_groups!.map((group) => [group.name as string, [...(group.members as string[])].sort()]),
    ),
  };
}

/** Deploys them one after the other, each list to a cluster of its own: what is wrong then, list by list. */
function deployed(...lists: readonly (readonly Content[])[]): string[] {
  const { stdout, stderr } = spawnSync("python3", ["-B", join(__dirname, "support", "deploys.py")], {
    encoding: "utf8",
    input: JSON.stringify(lists.map((list) => list.map((one) => brought(one)!))),
  });
  if (stdout === "") {
    throw new Error(stderr);
  }
  return (JSON.parse(stdout) as string[]).map(
    (problem, index) => problem && `${problem}\n${JSON.stringify(lists[index])}`,
  );
}

const NOTHING: Content = { security: [], security_groups: [] };
const BASIC = { name: "D1", type: "basic_auth", username: "u1" };
const KEY = { name: "D1", type: "apikey" };
const A = { name: "A", url_path: "/a", service: "one", security_name: "D1" };
const B = { name: "B", url_path: "/b", service: "two" };
const G = { name: "G", members: ["D1"] };
const JOB = { name: "J", service: "one", start_date: "2025-01-01T00:00:00" };

test.each<[string, Content, Content]>([
  [
    "a definition of another name for the same user",
    { security: [BASIC], channel_rest: [A] },
    { security: [{ ...BASIC, name: "D2" }], channel_rest: [{ ...A, security_name: "D2" }] },
  ],
  [
    "users that change their definitions",
    { security: [BASIC, { ...BASIC, name: "D2", username: "u2" }] },
    {
      security: [
        { ...BASIC, username: "u2" },
        { ...BASIC, name: "D2" },
      ],
    },
  ],
  [
    "a basic-auth definition that becomes an API key",
    { security: [BASIC], channel_rest: [A, { ...B, security_name: "D1" }] },
    { security: [KEY], channel_rest: [A, { ...B, security_name: "D1" }] },
  ],
  [
    "an API key that becomes a basic-auth definition",
    { security: [KEY], channel_rest: [A] },
    { security: [BASIC], channel_rest: [A] },
  ],
  [
    "a channel of another name on the same path",
    { security: [BASIC], channel_rest: [A] },
    { security: [BASIC], channel_rest: [{ ...A, name: "C" }] },
  ],
  [
    "channels that change their paths",
    { security: [BASIC], channel_rest: [A, B] },
    {
      security: [BASIC],
      channel_rest: [
        { ...A, url_path: "/b" },
        { ...B, url_path: "/a" },
      ],
    },
  ],
  [
    "a channel whose path goes on to the next one",
    { security: [BASIC], channel_rest: [A, B] },
    {
      security: [BASIC],
      channel_rest: [
        { ...A, url_path: "/b" },
        { ...B, url_path: "/c" },
      ],
    },
  ],
  [
    "a new API key for a channel that is there",
    { security: [BASIC], channel_rest: [A] },
    { security: [BASIC, { ...KEY, name: "D2" }], channel_rest: [{ ...A, security_name: "D2" }] },
  ],
  [
    "a definition that nothing refers to any more",
    { security: [BASIC], channel_rest: [A] },
    { channel_rest: [{ ...A, security_name: "zato-no-security" }] },
  ],
  [
    "a member of a group that becomes an API key",
    { security: [BASIC], security_groups: [G] },
    { security: [KEY], security_groups: [G] },
  ],
  [
    "a group that loses its members, and they go",
    { security: [BASIC], security_groups: [G] },
    { security_groups: [{ name: "G", members: [] }] },
  ],
  [
    "a group that goes, with a channel of its own that stays",
    { security: [BASIC], security_groups: [G], channel_rest: [{ ...A, security_groups: ["G"] }] },
    { security: [BASIC], channel_rest: [A] },
  ],
  [
    "a job that becomes another one",
    { scheduler: [{ ...JOB, job_type: "interval_based", hours: 1 }] },
    { scheduler: [{ ...JOB, job_type: "cron_style", cron_definition: "0 1 * * *" }] },
  ],
  ["a connection that becomes another one", { outgoing_ldap: [{ name: "X" }] }, { outgoing_wsx: [{ name: "X" }] }],
])("one deploy is enough for %s", (_, before, after) => {
  const [first, second] = [
    { ...NOTHING, ...before },
    { ...NOTHING, ...after },
  ];
  expect(deployed([first, second, first])).toEqual([""]);
});

test("one deploy is enough from any content to any other", () => {
  const declared = content.filter((one) => brought(one) !== undefined);
  const lists = fc.array(fc.array(declared, { minLength: 2, maxLength: 4 }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(lists, (some) => {
      expect(deployed(...some).filter((problem) => problem !== "")).toEqual([]);
    }),
    { numRuns: 1, endOnFailure: true },
  );
});
