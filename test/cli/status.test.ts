import { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AlarmDelivery,
  BackupSchedule,
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  type DeploymentOfHostsProps,
} from "cdktf-zato";
import fc from "fast-check";
import { DeclaredStack } from "../../lib/cli/declared-stack";
import { readFacts } from "../../lib/cli/status-facts";
import { judge, type JudgedStatus } from "../../lib/cli/status-judgement";
import { measure, type StatusReport } from "../../lib/cli/status-report";
import { renderStatus } from "../../lib/cli/status-text";
import { ageOf, sizeOf } from "../../lib/cli/status-units";
import { FRAMEWORK } from "../../lib/framework";
import { temporaryFolder } from "../support/bash";
import { complaintsOf } from "../support/json-schema";
import { newDeployment, newHost, newStack } from "../support/stack";
import { synthTo } from "../support/synth";
import { compiledProgram } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

jest.setTimeout(60_000);

let started: ChildProcessWithoutNullStreams | undefined;

afterEach(() => {
  started?.kill("SIGKILL");
  started = undefined;
});

/** The stack of most tests, synthesized once. */
let shared: string;

beforeAll(() => (shared = mkdtempSync(join(tmpdir(), "cdktf-zato-status-"))));
afterAll(() => rmSync(shared, { recursive: true }));

function usualStack(): string {
  const there = join(shared, "stacks", "stack");
  return existsSync(there) ? there : stack({}, "", shared);
}

function stack(props: Partial<DeploymentOfHostsProps> = {}, lost = "", where = folder()): string {
  const declared = newStack();
  const hosts = ["host1", "host2"].map((id) => newHost(declared, id, { lost: id === lost }));
  const loadBalancer =
    props.loadBalancer ?? new HaproxyLoadBalancer(declared, "edge", { hosts, virtualAddress: "10.0.0.100" });
  const backup = { schedule: BackupSchedule.daily("02:30") };
  newDeployment(declared, { hosts, backup, ...props, loadBalancer }).content.addCache("A");
  return synthTo(where, declared);
}

const NOW = Math.floor(Date.now() / 1000);
const DAY = 86400;

/** What a host says where all is well. */
function factsOf(host: "host1" | "host2"): string[] {
  const isFirst = host === "host1";
  const unit = (component: string, name: string, state = "active"): string =>
    `${component}\tunit\t${name} ${state} ${NOW - 7200} 0 success`;
  const server = (name: string): string[] => [
    unit(`${host}-${name}`, `zato-${host}-${name}.service`),
    `${host}-${name}\tbuild\t0d9348703bc1e45caf26`,
    `${host}-${name}\tworkers\t2`,
    `${host}-${name}\tservices\t3 3`,
    `${host}-${name}\tcode\tad71401b`,
    `${host}-${name}\trotation\tUP 1`,
  ];
  const cluster = [
    "installation",
    "odb",
    "registration",
    "server1",
    "server2",
    "content",
    "load-balancer",
    "web-admin",
  ];
  const deployed = [...cluster, "scheduler", "backup"].map((name) => `${host}-${name}`).concat("edge");
  return [
    `host\ttime\t${NOW}.5`,
    "host\tdisk\t/ 100000000 40000000",
    ...deployed.map((name) => `${name}\tdeployed\t${NOW - 9000}`),
    ...server("server1"),
    ...server("server2"),
    unit(`${host}-load-balancer`, `zato-${host}-load-balancer.service`),
    `${host}-load-balancer\tanswers\tyes`,
    unit(`${host}-web-admin`, `zato-${host}-web-admin.service`),
    `${host}-web-admin\tanswers\tyes`,
    unit(`${host}-scheduler`, `zato-${host}-scheduler.service`, isFirst ? "active" : "inactive"),
    unit(`${host}-backup`, `zato-${host}-backup.service`, "inactive"),
    unit(`${host}-backup`, `zato-${host}-backup.timer`),
    `${host}-backup\tbackup\t${NOW - 7200} 135168`,
    `${host}-odb\tanswers\tyes`,
    unit("edge", "zato-edge.service"),
    unit("edge", "zato-edge-vrrp.service"),
    "edge\tanswers\tyes",
    "edge\tmember\thost1 UP 4 7000",
    "edge\tmember\thost2 UP 2 7000",
    `edge\taddress\t10.0.0.100 ${isFirst ? `held ${NOW - 630}` : "free"}`,
    `edge\tcertificate\t/etc/zato-edge/certificate.pem ${NOW + 89 * DAY + 60}`,
    "edge\tdreams\tof electric sheep",
  ];
}

/** Edits of what a host says: a line that begins so is another one, or not there. */
type Edits = Readonly<Record<string, string | undefined>>;

/** What a host says after these. */
function saidBy(host: "host1" | "host2", edits: Edits): string {
  const unused = Object.keys(edits).filter((begin) => !factsOf(host).some((line) => line.startsWith(begin)));
  expect(unused).toEqual([]);
  return factsOf(host)
    .flatMap((line) => {
      const edit = Object.keys(edits).find((begin) => line.startsWith(begin));
      return edit === undefined ? [line] : (edits[edit] ?? []);
    })
    .join("\n");
}

/** Plays both hosts. */
function ssh(first: Edits = {}, second: Edits = {}): string {
  return `
  host=\${*: -2:1}; printf '%s\n' "\${*: -1}" >"$FOLDER/command-$host"
  echo 'Welcome'; echo @cdktf-zato
  case $host in
    10.0.0.11) sed "s/^host.time.*/host\ttime\t$(date +%s)/" <<'END'
${saidBy("host1", first)}
END
    ;;
    *) sed "s/^host.time.*/host\ttime\t$(date +%s)/" <<'END'
${saidBy("host2", second)}
END
    ;;
  esac`;
}

/** What is made of it, without asking anybody: a host that says nothing has this reason. */
function judged(first: Edits | string, second: Edits | string, stackFolder = usualStack()): JudgedStatus {
  const declared = new DeclaredStack(stackFolder);
  const asked = declared.document.hosts.map((host, index) => {
    const edits = [first, second][index]!;
    const isSilent = typeof edits === "string";
    const said = isSilent ? "" : saidBy(index === 0 ? "host1" : "host2", edits);
    return { host, where: host.address, reason: isSilent ? edits : "", said, asked: NOW, answered: NOW + 1 };
  });
  const status = judge(declared, measure(declared, asked, NOW), NOW);
  expect(complaintsOf("status.schema.json", JSON.parse(JSON.stringify(status.report)))).toEqual([]);
  return status;
}

const reportOf = (...args: Parameters<typeof judged>): StatusReport => judged(...args).report;

const SILENT = `[ "\${*: -2:1}" != 10.0.0.12 ] || { echo 'ssh: No route to host' >&2; exit 255; }\n`;

const screen = (width: number, hasColours = false): string[] => renderStatus(judged({}, {}), { width, hasColours });

const withoutTimes = (text: string): string => text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME");

test("GIVEN all is well, THEN one screen says so, for the whole deployment", () => {
  expect(screen(120).map(withoutTimes)).toEqual([
    "stack: all is well  TIME",
    "",
    "zato: http://10.0.0.100, held by host1 for 10 min (since TIME)",
    "  requests go to host1 and host2",
    "",
    "                 host1                        host2",
    "  machine        10.0.0.11                    10.0.0.12",
    "  requests       gets its share, 4 in flight  gets its share, 2 in flight",
    "  balancer edge  holds the virtual address    stands by",
    "  load-balancer  answers                      answers",
    "  server1        2 of 2 workers, 1 in flight  2 of 2 workers, 1 in flight",
    "  server2        2 of 2 workers, 1 in flight  2 of 2 workers, 1 in flight",
    "  web-admin      answers                      answers",
    "  scheduler      runs                         stands by",
    "  ODB            answers                      answers",
    "  Zato           3.3, 0d9348703bc1            3.3, 0d9348703bc1",
    "  services       3 of 3                       3 of 3",
    "  backup         made, 2 h ago, 132 KiB       made, 2 h ago, 132 KiB",
    "  certificates   good, for 89 days            good, for 89 days",
    "  last deploy    done, 2 h ago                done, 2 h ago",
    "  disk           has room, 40 % free          has room, 40 % free",
    "  clock          right                        right",
  ]);
});

test("what is printed ends with 0 where all is well, and asks each host once, by the script of its own", () => {
  const { status, stdout, stderr } = program.run(["status", usualStack()], ssh());
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^stack: all is well {2}[^]* right\n$/);
  expect(readFileSync(join(folder(), "command-10.0.0.12"), "utf8")).toBe(
    "echo @cdktf-zato; sudo -n bash .cdktf-zato/scripts/status.sh\n",
  );
});

test("GIVEN the address may be where nobody answers, THEN nothing else is said of it", () => {
  const free = SILENT + ssh({ "edge\taddress": "edge\taddress\t10.0.0.100 free" });
  const { stdout } = program.run(["status", usualStack()], free);
  expect(stdout).toContain("zato: http://10.0.0.100, held by nobody who answers\n");
});

test("--json prints the same for machines", () => {
  const { status, stdout } = program.run(["status", usualStack(), "--json"], SILENT + ssh());
  const report = JSON.parse(stdout) as StatusReport;
  expect(complaintsOf("status.schema.json", report)).toEqual([]);
  expect([status, report.status, report.hosts[1]!.reason]).toEqual([1, 1, "ssh: No route to host"]);
});

test("GIVEN a host that does not answer, THEN it is named in its place, with what to do, and so are the others", () => {
  const gone = ssh({ "edge\tmember\thost2": "edge\tmember\thost2 DOWN 0 30" });
  const { status, stdout } = program.run(["status", usualStack()], SILENT + gone);
  expect(status).toBe(1);
  const lines = withoutTimes(stdout).split("\n");
  const commandLine = `npx ${FRAMEWORK.library} ssh ${usualStack()} host2`;
  expect(lines[0]).toBe("stack: not well: see host2  TIME");
  expect(lines).toContain("  requests go to host1; not to host2 (down)");
  expect(lines.find((line) => line.startsWith("zato: "))).not.toContain("nobody");
  expect(lines).toContain("  machine        10.0.0.11                    ✗ does not answer");
  expect(lines).toContain("  requests       gets its share, 4 in flight  ✗ none: does not answer, for 30 s");
  expect(lines).toContain("  server1        2 of 2 workers, 1 in flight");
  expect(lines.slice(-6)).toEqual([
    "✗ host2: 10.0.0.12 does not answer: ssh: No route to host",
    "  see whether the machine is on, and has a network; if it is lost: docs/operations.md#a-machine-is-lost:",
    `    ${commandLine}`,
    "",
    `to do next: ${commandLine}`,
    "",
  ]);
});

test.each([
  ["UNFIT", "  requests go to host1; not to host2 (fails its check)", "✗ none: fails its check, for 30 s"],
  ["UNFIT_ALL", "  requests go to host1 and host2", "✗ gets some, and fails its check, for 30 s"],
  ["DOWN", "  requests go to host1; not to host2 (down)", "✗ none: does not answer, for 30 s"],
  ["LAST_RESORT", "  requests go to host1 and host2", "✗ gets some, and fails its check, for 30 s"],
])("a cluster that the balancer has as %s is shown as such", (state, where, cell) => {
  const said = ssh({ "edge\tmember\thost2": `edge\tmember\thost2 ${state} 0 30` });
  const lines = withoutTimes(program.run(["status", usualStack()], said).stdout).split("\n");
  expect(lines).toContain(where);
  expect(lines.find((line) => line.startsWith("  requests  "))).toContain(cell);
});

describe("alarms", () => {
  const said = (facts: readonly string[], state = "active", result = "success"): Edits => ({
    "edge\tdreams": [
      `zato-alarms\tdeployed\t${NOW - 9000}`,
      `zato-alarms\tunit\tzato-zato-alarms.service inactive ${NOW - 30} 0 ${result}`,
      `zato-alarms\tunit\tzato-zato-alarms.timer ${state} ${NOW - 7200} 0 success`,
      ...facts,
    ].join("\n"),
  });
  const withAlarms = (): string => {
    writeFileSync(join(folder(), "tell"), "#!/bin/sh\n");
    return stack({ alarms: { to: AlarmDelivery.script(join(folder(), "tell")) } });
  };
  const row = ({ columns }: JudgedStatus): string[] =>
    columns.map(({ aspects }) => aspects.find(({ row: name }) => name === "alarms")!.text);

  test("are on watch; those that could not be delivered are named, and so is a look that has failed, or a timer that rests", () => {
    const declared = withAlarms();
    const well = judged(said([]), said([]), declared);
    expect([row(well), well.report.findings]).toEqual([["on watch", "on watch"], []]);

    const undelivered = judged(said([`zato-alarms\tundelivered\t3 ${NOW - 7200}`]), said([]), declared);
    expect(row(undelivered)).toEqual(["3 not delivered", "on watch"]);
    expect(undelivered.report.findings).toEqual([
      expect.objectContaining({
        component: "zato-alarms",
        text: "host1 alarms: 3 could not be delivered for 2 h, and nobody has heard of what they say",
        command: expect.stringMatching(/ logs \S+ zato-alarms --since 1h$/) as string,
      }),
    ]);
    expect(undelivered.report.components.find(({ kind }) => kind === "alarms")!.undelivered).toMatchObject({
      count: 3,
    });

    expect(row(judged(said([], "active", "exit-code"), said([], "inactive"), declared))).toEqual([
      "the last look has failed",
      "does not run",
    ]);
  });
});

/** What happens, what hosts say then, what is found, and the command that comes first. */
const PROBLEMS: readonly [what: string, first: Edits, second: Edits, finding: RegExp, command: RegExp][] = [
  [
    "a server was stopped",
    { "host1-server2\tunit": `host1-server2\tunit\tzato-host1-server2.service inactive ${NOW - 20} 0 success` },
    {},
    /^host1 server2: zato-host1-server2\.service is inactive for \d\d s$/,
    / ssh \S+ host1 -- sudo systemctl start zato-host1-server2\.service$/,
  ],
  [
    "a server fails to start",
    { "host1-server2\tunit": `host1-server2\tunit\tzato-host1-server2.service failed ${NOW - 20} 5 exit-code` },
    {},
    /^host1 server2: zato-host1-server2\.service is failed for \d\d s$/,
    / logs \S+ host1-server2 --since 1h$/,
  ],
  [
    "a worker is lost",
    {},
    { "host2-server1\tworkers": "host2-server1\tworkers\t1" },
    /^host2 server1: 1 of 2 workers answer$/,
    / logs \S+ host2-server1 /,
  ],
  [
    "a server hangs",
    {},
    { "host2-server1\tworkers": "host2-server1\tworkers\t0" },
    /^host2 server1: it runs, and does not answer$/,
    / logs \S+ host2-server1 /,
  ],
  [
    "a server was taken out by hand",
    {},
    { "host2-server1\trotation": "host2-server1\trotation\tMAINT 0" },
    /^host2 server1: it gets no requests: it was taken out by hand$/,
    / verify \S+$/,
  ],
  [
    "a server is not reached by its load-balancer",
    {},
    { "host2-server1\trotation": "host2-server1\trotation\tDOWN 0" },
    /^host2 server1: it gets no requests: its load-balancer finds that it does not answer$/,
    / logs /,
  ],
  [
    "a server is kept from requests",
    {},
    { "host2-server1\tbuild": "host2-server1\theld\tyes" },
    /^host2 server1: it gets no requests, since it lacks services that the cluster ran$/,
    / logs /,
  ],
  [
    "a load-balancer hangs",
    { "host1-load-balancer\tanswers": "host1-load-balancer\tanswers\tno" },
    {},
    /^host1 load-balancer: it runs, and does not answer$/,
    / logs \S+ host1-load-balancer /,
  ],
  [
    "an ODB does not answer",
    { "host1-odb\tanswers": "host1-odb\tanswers\tno" },
    {},
    /^host1 ODB: the database zato_host1 does not answer at 127\.0\.0\.1:5432$/,
    / ssh \S+ host1 -- sudo pg_lsclusters$/,
  ],
  [
    "the scheduler has stopped",
    { "host1-scheduler\tunit": `host1-scheduler\tunit\tzato-host1-scheduler.service inactive ${NOW - 20} 0 success` },
    {},
    /^host1 scheduler: zato-host1-scheduler\.service is inactive/,
    / systemctl start zato-host1-scheduler\.service$/,
  ],
  [
    "a second scheduler runs",
    {},
    { "host2-scheduler\tunit": `host2-scheduler\tunit\tzato-host2-scheduler.service active ${NOW - 20} 0 success` },
    /^host2 scheduler: it runs, though that of another cluster does: every job runs twice$/,
    / verify /,
  ],
  [
    "a service is missing",
    { "host1-server2\tservices": "host1-server2\tservices\t2 3\nhost1-server2\tmissing\torders" },
    {},
    /^host1 services: host1-server2 has 2 of 3; it lacks orders$/,
    / verify /,
  ],
  [
    "a cluster was taken out by hand",
    { "edge\tmember\thost2": "edge\tmember\thost2 MAINT 0 30" },
    {},
    /^host2 requests: the cluster host2 gets none: it was taken out of the balancer on host1 by hand$/,
    / verify /,
  ],
  [
    "a cluster does not answer the balancer",
    { "edge\tmember\thost2": "edge\tmember\thost2 DOWN 0 30" },
    {},
    /^host2 requests: the cluster host2 gets none: it does not answer the balancer on host1$/,
    / logs \S+ host2-load-balancer$/,
  ],
  [
    "a cluster fails the declared check of a service",
    { "edge\tmember\thost2": "edge\tmember\thost2 UNFIT 0 30" },
    {},
    /^host2 requests: the cluster host2 gets none: it answers, but fails the declared check of a service$/,
    / logs \S+ --since 10m$/,
  ],
  [
    "all clusters do",
    {
      "edge\tmember\thost1": "edge\tmember\thost1 UNFIT_ALL 3 30",
      "edge\tmember\thost2": "edge\tmember\thost2 UNFIT_ALL 2 30",
    },
    {},
    /^host1 requests: the cluster host1 fails the declared check of a service, as all do; all get requests therefore$/,
    / logs \S+ --since 10m$/,
  ],
  [
    "no cluster passes its check",
    {
      "edge\tmember\thost1": "edge\tmember\thost1 LAST_RESORT 3 30",
      "edge\tmember\thost2": "edge\tmember\thost2 DOWN 0 30",
    },
    {},
    /^host1 requests: the cluster host1 does not pass the check of the balancer on host1, as none does; those that take connections get all requests therefore$/,
    / logs \S+ host1-load-balancer$/,
  ],
  [
    "keepalived was stopped where the address was",
    {
      "edge\tunit\tzato-edge-vrrp": `edge\tunit\tzato-edge-vrrp.service inactive ${NOW - 9} 0 success`,
      "edge\taddress": "edge\taddress\t10.0.0.100 free",
    },
    {},
    /^nobody holds the virtual address of http:\/\/10\.0\.0\.100$/,
    / ssh \S+ host1 -- sudo systemctl start zato-edge-vrrp\.service$/,
  ],
  [
    "both hold the virtual address",
    {},
    { "edge\taddress": `edge\taddress\t10.0.0.100 held ${NOW - 9}` },
    /^host1 and host2 both hold the virtual address of http:\/\/10\.0\.0\.100$/,
    / logs \S+ edge$/,
  ],
  [
    "no cluster answers the balancer",
    { "edge\tmember\thost1": "edge\tmember\thost1 DOWN 0 30", "edge\tmember\thost2": "edge\tmember\thost2 DOWN 0 30" },
    {},
    /^no cluster of zato gets requests$/,
    / logs \S+ host1-load-balancer$/,
  ],
  [
    "the last backup has failed",
    {
      "host1-backup\tunit\tzato-host1-backup.service": `host1-backup\tunit\tzato-host1-backup.service failed ${NOW - 9} 0 exit-code`,
    },
    {},
    /^host1 backup: the last one has failed$/,
    / logs \S+ host1-backup --since 1d$/,
  ],
  [
    "no backup is there",
    { "host1-backup\tbackup": undefined },
    {},
    /^host1 backup: there is none$/,
    / logs \S+ host1-backup --since 1d$/,
  ],
  [
    "backups are made no more",
    {
      "host1-backup\tunit\tzato-host1-backup.timer": `host1-backup\tunit\tzato-host1-backup.timer inactive ${NOW - 9} 0 success`,
    },
    {},
    /^host1 backup: zato-host1-backup\.timer is inactive/,
    / systemctl start zato-host1-backup\.timer$/,
  ],
  [
    "a certificate ends soon",
    { "edge\tcertificate": `edge\tcertificate\t/etc/zato-edge/certificate.pem ${NOW + 13 * DAY + 60}` },
    {},
    /^host1 certificates: \/etc\/zato-edge\/certificate\.pem ends in 13 days \(\d{4}-/,
    / ssh \S+ host1 -- sudo openssl x509 .*\/etc\/zato-edge\/certificate\.pem$/,
  ],
  [
    "a certificate has expired",
    { "edge\tcertificate": `edge\tcertificate\t/etc/zato-edge/certificate.pem ${NOW - 60}` },
    {},
    /^host1 certificates: \/etc\/zato-edge\/certificate\.pem has expired/,
    / openssl /,
  ],
  [
    "a certificate cannot be read",
    { "edge\tcertificate": "edge\tcertificate\t/etc/zato-edge/certificate.pem unknown" },
    {},
    /^host1 certificates: \/etc\/zato-edge\/certificate\.pem cannot be read$/,
    / openssl /,
  ],
  [
    "a disk fills",
    { "host\tdisk": "host\tdisk\t/ 100000000 1000000\nhost\tdisk\t/boot 1000000 60000" },
    {},
    /^host1 disk: \/ has 977 MiB of 95 GiB free$/,
    / ssh \S+ host1 -- sudo du /,
  ],
  [
    "a clock is wrong",
    { "host\ttime": `host\ttime\t${NOW - 40}` },
    {},
    /^host1 clock: it is (39|4\d) s behind, by that of this machine$/,
    / ssh \S+ host1 -- sudo timedatectl$/,
  ],
  [
    "a deploy has failed",
    { "host1-content\tdeployed": "host1-content\tdeployed\tfailed" },
    {},
    /^host1 last deploy: that of host1-content has failed$/,
    / logs \S+ host1-content --since 1d$/,
  ],
  [
    "a component never came",
    { "host1-content\tdeployed": undefined },
    {},
    /^host1 last deploy: nothing of host1-content is on the host$/,
    / verify /,
  ],
  [
    "clusters run other builds",
    { "host1-server1\tbuild": "host1-server1\tbuild\taaaa", "host1-server2\tbuild": "host1-server2\tbuild\taaaa" },
    {},
    /^the build differs: host1 aaaa, host2 0d9348703bc1$/,
    / verify /,
  ],
  [
    "servers of one cluster run other code",
    { "host1-server1\tcode": "host1-server1\tcode\tbbbb" },
    {},
    /^the code of services differs: host1 ad71401b and bbbb, host2 ad71401b$/,
    / verify /,
  ],
];

test.each(PROBLEMS)("GIVEN %s, THEN that is found, and what to do", (_, first, second, finding, command) => {
  const { status, findings, command: next } = reportOf(first, second);
  expect(status).toBe(1);
  expect(findings[0]!.text).toMatch(finding);
  expect(findings[0]!.command).toMatch(command);
  expect(next).toBe(findings[0]!.command);
});

test("what follows from one failure is one finding, but for what concerns the whole entry", () => {
  const several = PROBLEMS.filter(([, first, second]) => reportOf(first, second).findings.length !== 1);
  expect(several.map(([what]) => what)).toEqual([
    "all clusters do",
    "no cluster passes its check",
    "keepalived was stopped where the address was",
    "no cluster answers the balancer",
  ]);
});

test("what a deploy has not come to yet, or has stopped, is for nobody to start", () => {
  const atWork = { "host\ttime": `host\ttime\t${NOW}\nhost\tdeploy\trunning` };
  const stopped = {
    "host1-scheduler\tunit": `host1-scheduler\tunit\tzato-host1-scheduler.service inactive ${NOW - 9} 0 success`,
  };
  for (const edits of [stopped, { "host1-backup\tdeployed": undefined }]) {
    const report = reportOf({ ...edits, ...atWork }, {});
    expect([report.status, report.findings[0]]).toEqual([
      1,
      expect.objectContaining({
        advice: "a deploy is at work; look again when it has ended",
        command: expect.stringMatching(/ status \S+$/) as string,
      }),
    ]);
    expect(reportOf(edits, {}).findings[0]!.advice).not.toContain("at work");
  }
});

test("what a deploy is at has not failed", () => {
  const failed = { "host1-content\tdeployed": "host1-content\tdeployed\tfailed" };
  const atWork = { "host\ttime": `host\ttime\t${NOW}\nhost\tdeploy\trunning` };
  expect(reportOf({ ...failed, ...atWork }, {}).findings).toEqual([]);
  expect(reportOf(failed, {}).findings).toHaveLength(1);
});

test.each(["host1", "host2"])(
  "a scheduler that a deploy has stopped, which is at work on %s, is to be waited for",
  (at) => {
    const stopped = {
      "host1-scheduler\tunit": `host1-scheduler\tunit\tzato-host1-scheduler.service inactive ${NOW - 20} 0 success`,
    };
    const atWork = { "host\ttime": `host\ttime\t${NOW}\nhost\tdeploy\trunning` };
    const { findings } = reportOf({ ...stopped, ...(at === "host1" ? atWork : {}) }, at === "host2" ? atWork : {});
    expect(findings[0]!.advice).toMatch(/^a deploy is at work/);
    expect(reportOf(stopped, {}).findings[0]!.advice).toMatch(/^somebody has stopped it/);
  },
);

test("what a deploy that failed may have stopped is not to be started by hand", () => {
  const { findings } = reportOf(
    {
      "host1-scheduler\tunit": `host1-scheduler\tunit\tzato-host1-scheduler.service inactive ${NOW - 20} 0 success`,
      "host1-content\tdeployed": "host1-content\tdeployed\tfailed",
    },
    {},
  );
  const advice = findings.map((finding) => `${finding.advice} ${finding.command}`).join("\n");
  expect(advice).toMatch(/a deploy that failed at host1-content may have stopped it.*deploy again.* logs /);
  expect(advice).not.toContain("systemctl start");
});

test("a cause comes before what follows from it, so that the next command goes to the cause", () => {
  // GIVEN a server that keeps its load-balancer waiting, which balancers in front find out
  const { findings } = reportOf(
    { "edge\tmember\thost2": "edge\tmember\thost2 DOWN 0 3" },
    {
      "host2-server1\tworkers": "host2-server1\tworkers\t0",
      "host2-load-balancer\tanswers": "host2-load-balancer\tanswers\tno",
    },
  );

  // THEN
  expect(findings.map(({ text }) => text.split(":")[0])).toEqual([
    "host2 server1",
    "host2 load-balancer",
    "host2 requests",
  ]);
});

test.each([
  ["a twentieth of it", "host\tdisk\t/ 10000000 500000", 0],
  ["less", "host\tdisk\t/ 10000000 499999", 1],
  ["a GiB of a large one", "host\tdisk\t/ 1000000000 1048576", 0],
])("a disk with %s free is judged as backups judge it", (_, disk, status) => {
  expect(reportOf({ "host\tdisk": disk }, {}).status).toBe(status);
});

test("a certificate that ends in 14 days is good", () => {
  const end = `edge\tcertificate\t/etc/zato-edge/certificate.pem ${NOW + 14 * DAY + 60}`;
  expect(reportOf({ "edge\tcertificate": end }, {}).status).toBe(0);
});

describe("GIVEN a cluster that is declared drained", () => {
  const drained = (): string => stack({ drainedClusters: ["host1"] });

  test("WHEN it gets no requests, THEN that is well, and seen", () => {
    const host = ssh({ "edge\tmember\thost1": "edge\tmember\thost1 MAINT 0 7000" });
    const { status, stdout } = program.run(["status", drained()], host);
    expect(status).toBe(0);
    expect(stdout).toContain("\n  requests go to host2; not to host1 (drained)\n");
    expect(stdout).toMatch(/^ {2}requests +none, as declared, for 116 min +gets its share/m);
  });

  test("WHEN somebody has put it back, THEN that is found", () => {
    expect(reportOf({}, {}, drained()).findings.map(({ text }) => text)).toEqual([
      "host1 requests: the cluster host1 is declared drained, and was put back by hand",
    ]);
  });
});

test("a host that is declared lost is not asked, and is no finding", () => {
  const folderOfStack = stack({}, "host2");
  const { status, stdout } = program.run(["status", folderOfStack], SILENT + ssh());
  expect([status, stdout]).toEqual([0, expect.stringContaining("declared lost")]);
});

test("a host is shown with its labels, above all when it does not answer", () => {
  const declared = newStack();
  const labels = { rack: "b12", asset: "${4711}" };
  const hosts = [newHost(declared, "host1", { labels }), newHost(declared, "host2")];
  newDeployment(declared, { hosts });
  const { stdout } = program.run(["status", synthTo(folder(), declared)], SILENT + ssh());
  expect(stdout).toMatch(/^ {2}labels +rack b12, asset \$\{4711\}$/m);
  expect(program.run(["status", usualStack()], SILENT + ssh()).stdout).not.toContain("labels");
});

test("GIVEN the host of the scheduler is silent, THEN it is said that no job may run", () => {
  const { findings } = reportOf("no route", { "edge\taddress": `edge\taddress\t10.0.0.100 held ${NOW - 5}` });
  expect(findings.map(({ text }) => text)).toEqual([
    "host1: 10.0.0.11 does not answer: no route; the scheduler is there, so no job may run",
  ]);
});

test("GIVEN no host can be asked, THEN it cannot say", () => {
  const { status, stdout } = program.run(["status", usualStack()], "echo 'Permission denied' >&2; exit 255");
  expect(status).toBe(2);
  expect(stdout).toMatch(/^stack: no host can be asked {2}/);
  expect(stdout).toMatch(/✗ host1: 10\.0\.0\.11 does not answer: Permission denied/);
});

test("GIVEN hosts that have scripts of before, THEN it says that they want a deploy", () => {
  const old = "echo 'bash: .cdktf-zato/scripts/status.sh: No such file or directory' >&2; exit 127";
  expect(program.run(["status", usualStack()], old).stdout).toContain(
    `what is deployed there is older than this ${FRAMEWORK.library}, or nothing is; deploy first`,
  );
});

test("what stands in front and is not on these hosts is shown, and not asked", () => {
  const declared = newStack();
  const loadBalancer = new ExistingLoadBalancer(declared, "appliance", { address: "192.0.2.10", port: 8443 });
  newDeployment(declared, { loadBalancer });
  const report = reportOf({}, {}, synthTo(folder(), declared));
  expect(report.entries).toEqual([
    expect.objectContaining({ url: "http://192.0.2.10:8443", isVirtual: false, holders: [], members: [] }),
  ]);
  expect(report.findings).toEqual([]);
});

test("nothing that a host says gets to the terminal as a command, or breaks a line", () => {
  const evil = "host1-server2\tservices\t2 3\nhost1-server2\tmissing\t\u001b[2Jx\u0007\u009b1m";
  const lines = renderStatus(judged({ "host1-server2\tservices": evil }, {}), { width: 120, hasColours: false });
  expect(lines).toContain("✗ host1 services: host1-server2 has 2 of 3; it lacks [2Jx1m");
  expect(lines.join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/); // eslint-disable-line no-control-regex
});

test("whatever a host says is read, or passed over", () => {
  const word = fc.oneof(
    fc.constantFrom("host", "edge", "time", "disk", "unit", "workers", "services", "NaN", "-1", "1e99"),
    fc.string(),
  );
  const line = fc.array(fc.oneof(word, fc.constantFrom("\t", " ")), { maxLength: 12 }).map((words) => words.join(""));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const facts = readFacts(lines.join("\n"));
      const { workers = 0, requests = 0, certificates, units } = facts.component("edge");
      const numbers = [
        workers,
        requests,
        facts.time ?? 0,
        ...units.flatMap(({ since, restarts }) => [since, restarts]),
      ];
      expect(
        [...numbers, ...certificates.map(({ end = 0 }) => end)].every((one) => Number.isFinite(one) && one >= 0),
      ).toBe(true);
    }),
  );
});

test.each([
  [-5, "0 s"],
  [119, "119 s"],
  [120, "2 min"],
  [7199, "119 min"],
  [7200, "2 h"],
  [172800, "2 days"],
])("%d s is %s", (seconds, text) => expect(ageOf(seconds)).toBe(text));

test.each([
  [132, "132 KiB"],
  [2048, "2.0 MiB"],
  [20480, "20 MiB"],
  [4299161, "4.1 GiB"],
])("%d KiB is %s", (kib, text) => expect(sizeOf(kib)).toBe(text));

test("GIVEN a narrow screen, THEN clusters stand below each other", () => {
  const wide = screen(120);
  const narrow = screen(60);
  expect(wide.filter((line) => /^ {2}machine /.test(line))).toHaveLength(1);
  expect(narrow.filter((line) => /^ {2}machine /.test(line))).toHaveLength(2);
  expect(Math.max(...narrow.slice(3).map(({ length }) => length))).toBeLessThanOrEqual(60);
});

test("colours are there where they are wanted, and nowhere else", () => {
  const coloured = screen(120, true);
  expect(coloured[0]).toMatch(/^\u001b\[32mstack: all is well\u001b\[0m {2}/); // eslint-disable-line no-control-regex
  // eslint-disable-next-line no-control-regex
  expect(coloured.map((line) => line.replace(/\u001b\[\d+m/g, "")).slice(1)).toEqual(screen(120).slice(1));
  expect(screen(120).join("")).not.toContain("\u001b");
});

describe("--watch", () => {
  /** Answers as one host, then as another one. */
  const changing = (): string => {
    const [, stopped] = PROBLEMS[0]!;
    return `
      look=$(cat "$FOLDER/looks-\${*: -2:1}" 2>/dev/null || echo 0); echo $((look + 1)) >"$FOLDER/looks-\${*: -2:1}"
      if [ "$look" -lt 1 ]; then ${ssh()}
      else ${ssh(stopped)}
      fi`;
  };

  async function until(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
    let said = "";
    child.stdout.on("data", (data: Buffer) => (said += data.toString()));
    while (!pattern.test(said)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return said;
  }

  test("shows the screen, then what changes, with its time, and ends as the last look", async () => {
    const child = (started = program.start(["status", usualStack(), "--watch"], changing()));
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const said = await until(child, /→/);
    child.kill("SIGINT");
    expect(await ended).toBe(1);
    expect(withoutTimes(said)).toMatch(
      /^stack: all is well[^]*\nTIME {2}host1 server2: 2 of 2 workers → does not run\n$/,
    );
    expect(said).not.toContain("\u001b");
  });

  test("with --json prints a document on a line for each look", async () => {
    const child = (started = program.start(["status", usualStack(), "--watch", "--json"], changing()));
    const said = await until(child, /\n.*\n/);
    expect(
      said
        .split("\n")
        .slice(0, 2)
        .map((line) => (JSON.parse(line) as StatusReport).status),
    ).toEqual([0, 1]);
  });
});

test("a stack without anything on a host is refused", () => {
  const declared = newStack();
  newHost(declared, "host1");
  const empty = synthTo(folder(), declared);
  expect(program.run(["status", empty])).toMatchObject({
    status: 2,
    stdout: "",
  });
});
