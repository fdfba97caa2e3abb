import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  ClusterContent,
  Hook,
  OdbDatabase,
  Secret,
  TlsCertificate,
  ZatoCluster,
  ZatoLoadBalancerOptions,
} from "cdktf-zato";
import fc from "fast-check";
import { DeclaredStack } from "../../lib/cli/declared-stack";
import { meaningOf } from "../../lib/cli/plan";
import { readPlan } from "../../lib/cli/plan-changes";
import { effectOf } from "../../lib/cli/plan-effects";
import { renderMarkdown } from "../../lib/cli/plan-markdown";
import { PlanReport } from "../../lib/cli/plan-report";
import { renderText } from "../../lib/cli/plan-text";
import { planJsonOf } from "../contract/support/plan";
import { temporaryFolder } from "../support/bash";
import { channel, Program, stackOf } from "../support/changing-program";
import { complaintsOf } from "../support/json-schema";
import { newCluster, newHost, newStack, SSH } from "../support/stack";
import { synthTo } from "../support/synth";

const folder = temporaryFolder();

function reportOf(after: TerraformStack, json: string): PlanReport {
  const report = meaningOf(new DeclaredStack(synthTo(folder(), after)), json, "cdktf deploy stack");
  expect(complaintsOf("plan.schema.json", report)).toEqual([]);
  return report;
}

/** What is printed between the first line and the last one. */
function told(before: TerraformStack, after: TerraformStack): string[] {
  const lines = renderText(reportOf(after, planJsonOf(before, after)), false);
  expect(lines.slice(-2)).toEqual(["", "to do it: cdktf deploy stack"]);
  return lines.slice(2, -2);
}

/** A script of a hook. */
function script(): string {
  const file = join(folder(), "hook.sh");
  writeFileSync(file, "#!/bin/sh\n");
  return file;
}

const greeting = (text: string): Program => ({
  change: ({ clusters: [host1] }) =>
    void (host1 as ZatoCluster).addServer("server3", { environment: { Greeting: text, Parting: text } }),
});

const jwt = (urlPath: string): Program => ({
  change: (zato) => {
    channel(urlPath).change!(zato);
    zato.content.addJwt("Mobile", {
      username: "mobile",
      password: Secret.fromVariable(new TerraformVariable(zato, "p", {})),
    });
  },
});

/** What changes, the program before and after, and what is said. */
const CHANGES: readonly [what: string, before: Program, after: Program, lines: readonly string[]][] = [
  [
    "another build of Zato",
    {},
    { build: "b" },
    [
      "1 of 6: checks of the hosts; if one fails, nothing else begins; host1 and host2 answer",
      "  host1               checked                                         downloads: another one",
      "  host2               checked                                         downloads: another one",
      "",
      "2 of 6: on all hosts at the same time; host1 and host2 answer",
      "  host1 installation  installed (restarts nothing)                    archive: another one",
      "  host2 installation  installed (restarts nothing)                    archive: another one",
      "",
      "3 of 6: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 server1       restarted (drained before)                      environment +1 -1 lines (PYTHONPATH); unit +1 -1 lines (BindReadOnlyPaths)",
      "  host1 server2       restarted (drained before)                      environment +1 -1 lines (PYTHONPATH); unit +1 -1 lines (BindReadOnlyPaths)",
      "  host1 web-admin     restarted                                       unit +1 -1 lines (BindReadOnlyPaths)",
      "",
      "4 of 6: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 server1       restarted (drained before)                      environment +1 -1 lines (PYTHONPATH); unit +1 -1 lines (BindReadOnlyPaths)",
      "  host2 server2       restarted (drained before)                      environment +1 -1 lines (PYTHONPATH); unit +1 -1 lines (BindReadOnlyPaths)",
      "  host2 web-admin     restarted                                       unit +1 -1 lines (BindReadOnlyPaths)",
      "",
      "5 of 6: the scheduler; host1 and host2 answer",
      "  host1 scheduler     restarted                                       unit +1 -1 lines (BindReadOnlyPaths)",
      "",
      "6 of 6: only noted: nothing is done on a host",
      "  host2 scheduler     only noted (made ready, and does not run here)  unit +1 -1 lines (BindReadOnlyPaths)",
    ],
  ],
  [
    "a setting of one server",
    greeting("hello"),
    greeting("good morning"),
    [
      "1 of 1: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 server3  restarted (drained before)  environment +2 -2 lines (Greeting, Parting)",
    ],
  ],
  [
    "'restartedAt'",
    {},
    { zato: { restartedAt: "2026-11-22" } },
    [
      "1 of 2: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 server1  restarted (drained before)  unit +1 -0 lines (X-Restarted-At: none → 2026-11-22)",
      "  host1 server2  restarted (drained before)  unit +1 -0 lines (X-Restarted-At: none → 2026-11-22)",
      "",
      "2 of 2: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 server1  restarted (drained before)  unit +1 -0 lines (X-Restarted-At: none → 2026-11-22)",
      "  host2 server2  restarted (drained before)  unit +1 -0 lines (X-Restarted-At: none → 2026-11-22)",
    ],
  ],
  [
    "'restartedAt' of clusters with one server",
    { zato: { servers: 1 } },
    { zato: { servers: 1, restartedAt: "2026-11-22" } },
    [
      "1 of 2: the cluster host1, one part after the other; host1 pauses, host2 answers",
      "  host1 server1  restarted (drained before)  unit +1 -0 lines (X-Restarted-At: none → 2026-11-22)",
      "",
      "2 of 2: the cluster host2, one part after the other; host2 pauses, host1 answers",
      "  host2 server1  restarted (drained before)  unit +1 -0 lines (X-Restarted-At: none → 2026-11-22)",
    ],
  ],
  [
    "'openPaths'",
    {},
    { edge: { openPaths: ["/zato/x"] } },
    [
      "1 of 1: the balancer in front, one host after the other, as soon as the hosts are checked; host1 and host2 answer",
      "  host1 edge  reloaded  config +1 -0 lines",
      "  host2 edge  reloaded  config +1 -0 lines",
    ],
  ],
  [
    "a server that is removed",
    { zato: { servers: 3 } },
    { zato: { servers: 2 } },
    [
      "1 of 3: checks of the hosts; if one fails, nothing else begins; host1 and host2 answer",
      "  host1                checked                     memory: 1537 → 1407; ports +0 -1 lines; units +0 -2 lines",
      "  host2                checked                     memory: 1537 → 1407; ports +0 -1 lines; units +0 -2 lines",
      "",
      "2 of 3: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 server2        restarted (drained before)  workers: 1 → 2; environment +1 -1 lines (Zato_Config_Server_server__conf_main_gunicorn_workers)",
      "  host1 load-balancer  reloaded                    config +0 -2 lines",
      "  host1 server3        removed (drained before)",
      "",
      "3 of 3: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 server2        restarted (drained before)  workers: 1 → 2; environment +1 -1 lines (Zato_Config_Server_server__conf_main_gunicorn_workers)",
      "  host2 load-balancer  reloaded                    config +0 -2 lines",
      "  host2 server3        removed (drained before)",
    ],
  ],
  [
    "a scheduler that moves",
    {},
    { zato: { schedulerCluster: "host2" } },
    [
      "1 of 1: the scheduler; host1 and host2 answer",
      "  host2 scheduler  moved (from host1, where it is stopped before; if there are jobs, servers of Zato 3 in its cluster are restarted before)",
    ],
  ],
  [
    "'revision'",
    {},
    { host2: { revision: "2" } },
    [
      "1 of 5: checks of the hosts; if one fails, nothing else begins; host1 answers",
      "  host2                checked                                        revision: 1 → 2",
      "",
      "2 of 5: on all hosts at the same time; host1 answers",
      "  host2 installation   installed (what is missing there)              revision: 1 → 2",
      "  host2 odb            installed (what is missing there)              revision: 1 → 2",
      "  host2 registration   installed (what is missing there)              revision: 1 → 2",
      "",
      "3 of 5: the balancer in front, one host after the other, as soon as the hosts are checked; host1 answers",
      "  host2 edge           installed (what is missing there)              revision: 1 → 2",
      "",
      "4 of 5: the cluster host2, one part after the other, which gets requests at the end; host1 answers",
      "  host2 server1        installed (what is missing there)              revision: 1 → 2",
      "  host2 server2        installed (what is missing there)              revision: 1 → 2",
      "  host2 load-balancer  installed (what is missing there)              revision: 1 → 2",
      "  host2 web-admin      installed (what is missing there)              revision: 1 → 2",
      "",
      "5 of 5: the scheduler; host1 and host2 answer",
      "  host2 scheduler      installed (made ready, and does not run here)  revision: 1 → 2",
    ],
  ],
  [
    "the balancer's port",
    {},
    { edge: { port: 8080 } },
    [
      "1 of 2: checks of the hosts; if one fails, nothing else begins; host1 and host2 answer",
      "  host1       checked   ports +1 -1 lines",
      "  host2       checked   ports +1 -1 lines",
      "",
      "2 of 2: the balancer in front, one host after the other, as soon as the hosts are checked; host1 and host2 answer",
      "  host1 edge  reloaded  entry url: http://10.0.0.100:80/zato/ping → http://10.0.0.100:8080/zato/ping; config +1 -1 lines",
      "  host2 edge  reloaded  entry url: http://10.0.0.100:80/zato/ping → http://10.0.0.100:8080/zato/ping; config +1 -1 lines",
    ],
  ],
  [
    "another address of a host",
    {},
    { host2: { address: "10.0.0.22" } },
    [
      "1 of 4: checks of the hosts; if one fails, nothing else begins; host1 and host2 answer",
      "  host2                checked   reached at: ops@10.0.0.12:22 → ops@10.0.0.22:22",
      "",
      "2 of 4: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 load-balancer  reloaded  config +1 -1 lines",
      "",
      "3 of 4: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 load-balancer  reloaded  config +1 -1 lines",
      "",
      "4 of 4: the balancer in front, one host after the other; host1 and host2 answer",
      "  host1 edge           reloaded  peers: 10.0.0.12 → 10.0.0.22; config +4 -4 lines; keepalived +1 -1 lines",
      "  host2 edge           reloaded  own address: 10.0.0.12 → 10.0.0.22; config +4 -4 lines; keepalived +1 -1 lines",
    ],
  ],
  [
    "another path of a channel",
    channel("/ping"),
    channel("/hello"),
    [
      "1 of 3: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 content  re-imported               enmasse +1 -1 lines",
      "",
      "2 of 3: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 content  re-imported               enmasse +1 -1 lines",
      "",
      "3 of 3: when all clusters are as declared; host1 and host2 answer",
      "  all clusters   compared (what they run)",
    ],
  ],
  [
    "a new JWT definition",
    channel("/ping"),
    jwt("/ping"),
    [
      "1 of 3: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 content  restarted (the cluster's servers, one after the other)  declared objects +1 -0 lines",
      "",
      "2 of 3: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 content  restarted (the cluster's servers, one after the other)  declared objects +1 -0 lines",
      "",
      "3 of 3: when all clusters are as declared; host1 and host2 answer",
      "  all clusters   compared (what they run)",
    ],
  ],
  [
    "a channel beside a new JWT definition",
    jwt("/ping"),
    jwt("/hello"),
    [
      "1 of 3: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 content  re-imported               enmasse +1 -1 lines",
      "",
      "2 of 3: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 content  re-imported               enmasse +1 -1 lines",
      "",
      "3 of 3: when all clusters are as declared; host1 and host2 answer",
      "  all clusters   compared (what they run)",
    ],
  ],
  [
    "a cluster that is drained, and another server in it",
    { zato: { drainedClusters: ["host2"] } },
    { zato: { drainedClusters: ["host2"], servers: 3 } },
    [
      "1 of 3: checks of the hosts; if one fails, nothing else begins; host1 answers",
      "  host1                checked                     memory: 1407 → 1537; ports +1 -0 lines; units +2 -0 lines",
      "  host2                checked                     memory: 1407 → 1537; ports +1 -0 lines; units +2 -0 lines",
      "",
      "2 of 3: the cluster host1, one part after the other; host1 answers",
      "  host1 server2        restarted (drained before)  workers: 2 → 1; environment +1 -1 lines (Zato_Config_Server_server__conf_main_gunicorn_workers)",
      "  host1 server3        installed",
      "  host1 load-balancer  reloaded                    config +2 -0 lines",
      "",
      "3 of 3: the cluster host2, one part after the other, which gets no requests; host1 answers",
      "  host2 server2        restarted (drained before)  workers: 2 → 1; environment +1 -1 lines (Zato_Config_Server_server__conf_main_gunicorn_workers)",
      "  host2 server3        installed",
      "  host2 load-balancer  reloaded                    config +2 -0 lines",
    ],
  ],
  [
    "a firewall that is removed",
    { host2: { firewall: {} } },
    {},
    [
      "1 of 1: checks of the hosts; if one fails, nothing else begins; host1 and host2 answer",
      "  host2           checked  firewall: true → none; units +0 -3 lines",
      "  host2 firewall  removed",
    ],
  ],
  [
    "another SSH user",
    {},
    { host2: { ssh: { ...SSH, user: "deploy" } } },
    [
      "1 of 1: checks of the hosts; if one fails, nothing else begins; host1 and host2 answer",
      "  host2  checked  reached at: ops@10.0.0.12:22 → deploy@10.0.0.12:22",
    ],
  ],
  [
    "a password of web-admin",
    { zato: { webAdmin: { password: Secret.generated() } } },
    { zato: { webAdmin: { password: Secret.generated({ version: "2" }) } } },
    [
      "1 of 2: the cluster host1, one part after the other; host1 and host2 answer",
      "  host1 web-admin  changed  another version of the secret web_admin_password",
      "",
      "2 of 2: the cluster host2, one part after the other; host1 and host2 answer",
      "  host2 web-admin  changed  another version of the secret web_admin_password",
    ],
  ],
];

test.each(CHANGES)("%s", (_, before, after, lines) => {
  expect(told(stackOf(before), stackOf(after))).toEqual(lines);
});

test("the first deploy: clusters answer one after the other", () => {
  const lines = told(newStack(), stackOf({}));
  expect(lines.filter((line) => / of /.test(line))).toEqual([
    "1 of 6: checks of the hosts; if one fails, nothing else begins; no cluster answers",
    "2 of 6: on all hosts at the same time; no cluster answers",
    "3 of 6: the balancer in front, one host after the other, as soon as the hosts are checked; no cluster answers",
    "4 of 6: the cluster host1, one part after the other, which gets requests at the end; no cluster answers",
    "5 of 6: the cluster host2, one part after the other, which gets requests at the end; host1 answers",
    "6 of 6: the scheduler; host1 and host2 answer",
  ]);
  expect(lines.filter((line) => /^ {2}/.test(line) && !/ (installed|checked)/.test(line))).toEqual([]);
});

describe("another way to the clusters, of which balancers in front hear last", () => {
  const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const tls = { certificate: TlsCertificate.fromHostFile("/etc/ssl/private/zato.pem"), ca: CERTIFICATE };
  const PLAIN = {};
  const FORMER_STAYS = { port: 11300, formerPort: 11223 };
  const BOTH = ["host1 and host2 answer", "host1 and host2 answer", "host1 and host2 answer"];
  const EACH_RESTARTED = ["host1 pauses, host2 answers", "host2 pauses, host1 answers", "host1 and host2 answer"];
  const GAP = ["host1 pauses, host2 answers", "host2 pauses, no cluster answers", "no cluster answers"];

  test.each<[string, ZatoLoadBalancerOptions, ZatoLoadBalancerOptions, readonly string[]]>([
    ["another port", PLAIN, { port: 11300 }, GAP],
    ["another port beside the former one", PLAIN, FORMER_STAYS, BOTH],
    ["the former port goes", FORMER_STAYS, { port: 11300 }, BOTH],
    ["TLS", PLAIN, { tls }, GAP],
    ["TLS beside the plain port", PLAIN, { tls: { ...tls, keepPlainPort: true } }, EACH_RESTARTED],
    ["the plain port goes", { tls: { ...tls, keepPlainPort: true } }, { tls }, BOTH],
    ["TLS on another port", { tls }, { tls: { ...tls, port: 11301 } }, GAP],
    ["TLS on another port beside the former one", { tls }, { tls: { ...tls, port: 11301, formerPort: 11224 } }, BOTH],
    ["another port for its own host", { tls }, { port: 11300, tls }, BOTH],
  ])("%s", (_, before, after, answering) => {
    const lines = told(stackOf({ zato: { zatoLoadBalancer: before } }), stackOf({ zato: { zatoLoadBalancer: after } }));
    const heads = lines.filter((line) => /: the (cluster|balancer in front)/.test(line));
    expect(heads.map((line) => line.split("; ").at(-1))).toEqual(answering.slice(0, heads.length));
    expect(heads.length).toBeGreaterThan(1);
  });
});

test.each([{}, { host2: { lost: true } }])("nothing is to be done for %j", (after) => {
  const stack = stackOf(after);
  const report = reportOf(stack, planJsonOf(stackOf({}), stack));
  expect(report).toMatchObject({ steps: [], command: "" });
  expect(renderText(report, true)).toEqual(["nothing to do: what is deployed is what the program declares"]);
  expect(renderMarkdown(report).at(-1)).toBe("Nothing to do: what is deployed is what the program declares.");
});

test("the whole text, and what colours add to it", () => {
  // GIVEN
  const [before, after] = [stackOf({}), stackOf({ edge: { openPaths: ["/zato/x"] } })];
  const report = reportOf(after, planJsonOf(before, after));

  // THEN
  const plain = [
    "2 reloaded",
    "",
    "1 of 1: the balancer in front, one host after the other, as soon as the hosts are checked; host1 and host2 answer",
    "  host1 edge  reloaded  config +1 -0 lines",
    "  host2 edge  reloaded  config +1 -0 lines",
    "",
    "to do it: cdktf deploy stack",
  ];
  expect(renderText(report, false)).toEqual(plain);
  expect(renderText(report, true)).toEqual([...plain.slice(0, 2), `\u001b[1m${plain[2]}\u001b[0m`, ...plain.slice(3)]);
});

test("hooks run in their turn, and are only noted where they go", () => {
  // GIVEN
  const hook = Hook.onDeployer(script());
  const hooks = { beforeRollout: hook, afterCluster: hook, afterRollout: hook };
  const lines = (before: Program, after: Program): string[] => told(stackOf(before), stackOf(after));

  // THEN
  expect(lines({ zato: hooks }, { zato: { ...hooks, restartedAt: "2026-11-22" } })).toEqual([
    "1 of 4: before anything is deployed; if it fails, nothing is; host1 and host2 answer",
    expect.stringMatching(/^ {2}beforeRollout +run$/),
    "",
    expect.stringMatching(/^2 of 4: the cluster host1, one part after the other/),
    expect.stringMatching(/^ {2}host1 server1 +restarted/),
    expect.stringMatching(/^ {2}host1 server2 +restarted/),
    expect.stringMatching(/^ {2}host1 afterCluster +run$/),
    "",
    expect.stringMatching(/^3 of 4: the cluster host2, one part after the other/),
    expect.stringMatching(/^ {2}host2 server1 +restarted/),
    expect.stringMatching(/^ {2}host2 server2 +restarted/),
    expect.stringMatching(/^ {2}host2 afterCluster +run$/),
    "",
    "4 of 4: at the end; host1 and host2 answer",
    expect.stringMatching(/^ {2}afterRollout +run$/),
  ]);
  expect(lines({ zato: hooks }, {})).toEqual([
    "1 of 1: only noted: nothing is done on a host",
    expect.stringMatching(/^ {2}afterRollout +only noted$/),
    expect.stringMatching(/^ {2}beforeRollout +only noted$/),
    expect.stringMatching(/^ {2}host1 afterCluster +only noted$/),
    expect.stringMatching(/^ {2}host2 afterCluster +only noted$/),
  ]);
});

test("a comment on a pull request", () => {
  const [before, after] = [stackOf({}), stackOf({ zato: { schedulerCluster: "host2", restartedAt: "today" } })];
  const json = planJsonOf(before, after).replaceAll("X-Restarted-At=today", "X-Restarted-At=a|b`c");
  const lines = renderMarkdown({ ...reportOf(after, json), stack: "cdktf.out/stacks/stack" });
  expect([...lines.slice(0, 8), ...lines.slice(-8)]).toEqual([
    "### What the plan for `cdktf.out/stacks/stack` means",
    "",
    "4 restarted, 1 moved.",
    "",
    "**1 of 3: the cluster host1, one part after the other; host1 and host2 answer**",
    "",
    "| part | what | why |",
    "| --- | --- | --- |",
    "",
    "**3 of 3: the scheduler; host1 and host2 answer**",
    "",
    "| part | what | why |",
    "| --- | --- | --- |",
    "| `host2 scheduler` | moved (from host1, where it is stopped before; if there are jobs, servers of Zato 3 in its cluster are restarted before) |  |",
    "",
    "To do it: `cdktf deploy stack`",
  ]);
  expect(lines).toContain(
    "| `host1 server1` | restarted (drained before) | `unit +1 -0 lines (X-Restarted-At: none → a\\|b'c)` |",
  );
});

describe("what is not to be told", () => {
  const everyWay = (report: PlanReport): string =>
    [JSON.stringify(report), ...renderText(report, true), ...renderMarkdown(report)].join("\n");

  test("of secrets is their versions, in whatever trigger", () => {
    // GIVEN
    const program = (version: string): TerraformStack => {
      const stack = newStack();
      const secret = (id: string): Secret => Secret.fromVariable(new TerraformVariable(stack, id, {}), { version });
      const cluster = newCluster(stack, {
        odb: OdbDatabase.postgresql({ host: "db.example", database: "z", username: "z", password: secret("odb") }),
        webAdmin: { password: secret("web_admin") },
        jwtSecret: secret("jwt"),
      });
      new ClusterContent(stack, "shared", { clusters: [cluster] }).addBasicAuth("Partner", {
        username: "partner",
        password: secret("partner"),
      });
      return stack;
    };
    const [before, after] = [program("hunter2"), program("hunter3")];

    // WHEN
    const json = planJsonOf(before, after);
    const report = reportOf(after, json);

    // THEN
    expect(json).toContain("hunter3");
    expect(everyWay(report)).not.toMatch(/hunter/);
    expect(renderText(report, false).filter((line) => /^ {2}/.test(line))).toEqual([
      "  a odb           changed                     another version of the secret odb_password",
      "  a registration  changed                     another version of the secret jwt_secret",
      "  a server1       restarted (drained before)  another version of the secret odb_password; another version of the secret jwt_secret",
      "  a server2       restarted (drained before)  another version of the secret odb_password; another version of the secret jwt_secret",
      "  a content       re-imported                 another version of the secret partner; enmasse +1 -1 lines",
      "  a web-admin     restarted                   another version of the secret odb_password",
      "  a scheduler     restarted                   another version of the secret odb_password",
    ]);
  });

  test("is whatever Terraform marks as sensitive", () => {
    const [before, after] = [stackOf({}), stackOf({ build: "b", host2: { revision: "2" }, edge: { port: 8080 } })];
    const plan = JSON.parse(planJsonOf(before, after)) as {
      resource_changes: { change: Record<string, Record<string, Record<string, string>> | boolean> }[];
    };
    const stack = new DeclaredStack(synthTo(folder(), after));
    const number = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(number, number, fc.boolean(), fc.constantFrom("before", "after"), (which, key, all, side) => {
        // GIVEN a trigger of some resource that is sensitive, or all of them
        const changed = structuredClone(plan);
        const { change } = changed.resource_changes[which % changed.resource_changes.length]!;
        const values = (change[side] ?? {}) as Record<string, Record<string, string>>;
        const [argument = "triggers"] = Object.keys(values).filter((name) => name.startsWith("triggers"));
        const names = Object.keys(values[argument] ?? {});
        fc.pre(names.length > 0);
        const name = names[key % names.length]!;
        values[argument]![name] = "hunter2";
        change[`${side}_sensitive`] = { [argument]: all || { [name]: true } } as never;

        // THEN
        const report = meaningOf(stack, JSON.stringify(changed), "");
        expect(everyWay(report)).not.toContain("hunter2");
      }),
      { numRuns: 100 },
    );
  });

  test("is what terminals obey", () => {
    const [before, after] = [stackOf(greeting("a")), stackOf(greeting("b"))];
    const json = planJsonOf(before, after).replaceAll("Greeting", "\\u001b[2J\\u009bGreeting");
    const lines = renderText(reportOf(after, json), false);
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
    expect(lines.join("")).toContain("Greeting");
  });
});

describe("reasons that are no changed settings", () => {
  const planned = (edit: (change: Record<string, unknown>, address: string) => void, after = stackOf({})): string[] => {
    const plan = JSON.parse(planJsonOf(stackOf({}), after)) as { resource_changes: Record<string, unknown>[] };
    plan.resource_changes.forEach((one) => edit(one, one.address as string));
    return renderText(reportOf(after, JSON.stringify(plan)), false).filter((line) => /^ {2}/.test(line));
  };
  const actions = (one: Record<string, unknown>, names: readonly string[], reason?: string): void => {
    Object.assign(one.change as object, { actions: names });
    one.action_reason = reason;
  };

  test.each([
    ["replace_because_tainted", "its last deploy has failed"],
    ["replace_by_request", "asked for by -replace"],
  ])("%s is brought again", (reason, text) => {
    const lines = planned((one, address) => {
      if (/_host1_server1_state_/.test(address)) {
        actions(one, ["delete", "create"], reason);
      }
    });
    expect(lines).toEqual([`  host1 server1  brought again (${text})`]);
  });

  test("'terraform destroy' removes, the last first, and keeps data where that was said", () => {
    const lines = planned((one) => actions(one, ["delete"]));
    expect(lines.filter((line) => !/ removed/.test(line))).toEqual([]);
    expect(lines.at(0)).toMatch(/host2 edge/);
    expect(lines.at(-1)).toMatch(/^ {2}host1 +removed \(what is left of ours on it\)$/);
    expect(lines).toContainEqual(expect.stringMatching(/host1 odb +removed \(its data stay\)/));
  });

  test("a lifetime that is replaced removes", () => {
    const lines = planned((one, address) => {
      if (/_host1_web-admin_lifetime_/.test(address)) {
        actions(one, ["delete", "create"], "replace_by_request");
      }
    });
    expect(lines).toEqual(["  host1 web-admin  removed (it does not come back by itself)"]);
  });

  test("a whole cluster that is not in the program any more stays on its host", () => {
    // GIVEN
    const one = (): TerraformStack => {
      const stack = newStack();
      newCluster(stack, {}, "a");
      return stack;
    };
    const two = one();
    newCluster(two, { host: newHost(two, "host2") }, "b");

    // THEN
    const lines = told(two, one());
    expect(lines.join("\n")).not.toMatch(/removed/);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}b server1 +only noted \(not in the program any more; nothing is done on its host\)$/),
    );
  });

  test("resources of others are named", () => {
    const stack = stackOf({});
    const other = (name: string, names: string[]): object => ({
      address: `aws_lb.${name}`,
      type: "aws_lb",
      name,
      change: { actions: names },
    });
    const json = JSON.stringify({
      resource_changes: [other("a", ["create"]), other("b", ["update"]), other("c", ["delete"]), other("d", ["read"])],
    });
    expect(renderText(reportOf(stack, json), false).slice(2, -2)).toEqual([
      "1 of 1: all else, in an order of Terraform's; host1 and host2 answer",
      "  aws_lb.a  installed (by Terraform)",
      "  aws_lb.b  changed (by Terraform)",
      "  aws_lb.c  removed (by Terraform)",
    ]);
  });
});

test("what only Terraform will know is not told as a value", () => {
  const [change] = readPlan(
    JSON.stringify({
      resource_changes: [
        {
          address: "null_resource.x",
          type: "null_resource",
          name: "x",
          change: {
            actions: ["delete", "create"],
            before: { triggers: { a: "1", b: "1" } },
            after: { triggers: { b: "1" } },
            after_unknown: { id: true, triggers: { a: true } },
          },
        },
      ],
    }),
  );
  expect(change?.settings).toEqual([{ name: "a", before: "1", after: undefined, secrets: [], isUnknown: true }]);
});

test.each([
  ["{}", "what Terraform shows is no plan"],
  ['{"errored": true}', "the plan is incomplete"],
])("fails for %s", (json, message) => {
  expect(() => readPlan(json)).toThrow(message);
});

/*
 * Names and places, which change with the address alone, and what a host may refuse: of these no claim is made. A parameter that a component
 * gets anew has to be looked up in its kind's script, and put into the table or here.
 */
test("it is known of each trigger what it does, or that nobody says", () => {
  const programs = [
    stackOf({ ...channel("/ping"), host2: { firewall: {} }, zato: { backup: {} } }),
    stackOf({ ...jwt("/ping"), edge: { virtualAddress: "10.0.0.101" } }),
  ];
  const unknown = new Set<string>();
  for (const program of programs) {
    const { document } = new DeclaredStack(synthTo(folder(), program));
    const changes = readPlan(planJsonOf(newStack(), program));
    for (const { kind, resources } of document.components) {
      const { after = {}, settings = [] } = changes.find(({ address }) => address === resources.state) ?? {};
      expect(Object.keys(after)).not.toEqual([]);
      settings
        .filter((setting) => effectOf(kind, setting) === "again")
        .forEach(({ name }) => unknown.add(`${kind}.${name}`));
    }
  }
  expect([...unknown].sort()).toEqual([
    "backup.cluster",
    "backup.timer",
    "backup.unit",
    "cluster.cluster",
    "cluster.odb_engine",
    "cluster.odb_host",
    "cluster.odb_name",
    "cluster.odb_port",
    "cluster.odb_user",
    "cluster.secret_secret_key",
    "content.cluster",
    "haproxy.folder",
    "haproxy.unit",
    "haproxy.vrrp_unit",
    "installation.method",
    "load-balancer.cluster",
    "load-balancer.folder",
    "load-balancer.unit",
    "odb.cluster",
    "odb.odb_engine",
    "odb.odb_host",
    "odb.odb_local",
    "odb.odb_name",
    "odb.odb_port",
    "odb.odb_user",
    "server.cluster",
    "server.environment_file",
    "server.path",
    "server.server",
    "server.unit",
    "web-admin.cluster",
    "web-admin.path",
    "web-admin.unit",
    "web-admin.web_admin_user",
  ]);
});
