import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  BackupSchedule,
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ZatoInstallation,
} from "cdktf-zato";
import type { TerraformStack } from "cdktf";
import type { Lab } from "../../lab/lab";
import { repairsIn, verify } from "./support/content-cluster";
import { labHost, virtualAddress } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus } from "./support/zato";

const folder = mkdtempSync(path.join(tmpdir(), "zato-noted-"));
const SERVICE = `from zato.server.service import Service
from greetings import GREETING

class Hello(Service):
    name = "hello"

    def handle(self):
        self.response.payload = GREETING
`;

let lab: Lab;
let project: Project;

/** One host with all kinds of components, and content of all kinds of files. */
function program(stack: TerraformStack): void {
  const hosts = [labHost(stack, lab, "host1", { firewall: {} })];
  const zato = new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive(lab.archive),
    servers: 1,
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: virtualAddress(lab) }),
    backup: { schedule: BackupSchedule.daily() },
    dataRemoval: DataRemoval.DROP,
  });
  zato.content.addServices(path.join(folder, "services"));
  zato.content.addUserConfig(path.join(folder, "orders.ini"));
  zato.content.addStaticFiles(path.join(folder, "static"));
}

/** Changes whatever is noted in the ledgers of a host, each in the way of its type, and stops all units at the end. */
const CHANGE_ALL = `
change() {
  case $1 in
    file)
      case $2 in
        # What is nowhere else.
        /etc/cdktf-zato/secrets/* | */baseline-*) chmod 0644 "$2" ;;
        *) printf '\\n# by hand\\n' >>"$2" ;;
      esac
      ;;
    created) printf '\\n# by hand\\n' >>"$2" ;;
    folder) chmod 0777 "$2" ;;
    tree) touch "$2/by-hand" ;;
    private) chmod 0755 "$2" ;;
    link) ln -sfn /nowhere "$2" ;;
    merged)
      mkdir -p "/etc/systemd/system/$2.d"
      printf '[Service]\\nNice=3\\n' >"/etc/systemd/system/$2.d/by-hand.conf"
      ;;
    enabled) systemctl disable --quiet "$2" ;;
    running) printf '%s\\n' "$2" >>/root/running ;;
    package) apt-mark -q hold "$2" ;;
    pinned) apt-mark -q unhold "$2" ;;
    table) nft flush table $2 ;;
    account) usermod --append --groups games "$2" ;;
    code) chmod 0777 "$2" ;;
    setting)
      case $2 in
        'role '*) as_postgres -c "alter role \\"\${2#* }\\" superuser" ;;
        'settings-of '*) as_postgres -c "alter database \\"\${2#* }\\" set default_transaction_read_only = on" ;;
        configuration) as_postgres -c "alter system set log_min_messages = 'error'" ;;
        'database '*) as_postgres -c "grant connect on database \\"\${2#* }\\" to public" ;;
        *) as_postgres -c "alter system set $2 = '$(as_postgres -c "show $2" | sed 's/1000/1234/; s/localhost/127.0.0.1/')'" ;;
      esac
      ;;
    *) echo "no way to change $1 is known here"; exit 1 ;;
  esac
}
as_postgres() { runuser -u postgres -- psql -X -q -A -t "$@"; }
set -e
cd /var/lib/cdktf-zato/components
cat */ledger >/root/entries
while IFS=$'\\t' read -r type name _ <&7; do change "$type" "$name"; done 7</root/entries
systemctl daemon-reload
sort -u /root/running | xargs systemctl stop
`;

/** What a finding about an entry has in it. */
const named: Readonly<Record<string, (name: string) => string>> = {
  tree: (name) => `in ${name} is what was not deployed`,
  private: (name) => `others can get at ${name}`,
  merged: (name) => `${name} is changed by what was not deployed`,
  enabled: (name) => `${name} does not start at boot`,
  running: (name) => `${name} does not run`,
  package: (name) => `the package ${name} is: hold`,
  table: (name) => `the rules of ${name} in the kernel were changed`,
  account: (name) => `the user ${name} is: `,
  code: (name) => `others than root can change ${name}`,
  setting: (name) => `PostgreSQL's ${name} is: `,
};

interface Entry {
  readonly component: string;
  readonly type: string;
  readonly name: string;
}

async function entries(): Promise<Entry[]> {
  const list = await lab.execOrThrow("host1", "cd /var/lib/cdktf-zato/components && grep -r '' --include=ledger .");
  return list
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, component, type, name] = /^\.\/([^/]+)\/ledger:([a-z]+)\t([^\t]*)/.exec(line)!;
      return { component: component!, type: type!, name: name! };
    });
}

beforeAll(async () => {
  mkdirSync(path.join(folder, "services"));
  mkdirSync(path.join(folder, "static"));
  writeFileSync(path.join(folder, "services/hello.py"), SERVICE);
  writeFileSync(path.join(folder, "services/greetings.py"), 'GREETING = "hello"\n');
  writeFileSync(path.join(folder, "orders.ini"), "[orders]\nlimit=10\n");
  writeFileSync(path.join(folder, "static/page.html"), "<p>hello</p>\n");
  lab = await freshHosts(["host1"], { equipped: true });
  project = new Project(lab).synth(program);
  await project.apply();
});

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("each thing that a deploy has made or relied on is named once somebody has changed it, and put right", async () => {
  // GIVEN
  expect((await verify(project.folder)).stdout).toContain("the host is as deployed");
  const noted = await entries();
  expect(new Set(noted.map(({ type }) => type)).size).toBeGreaterThan(10);

  // WHEN
  await lab.execOrThrow("host1", CHANGE_ALL);
  const { status, stdout } = await verify(project.folder);

  // THEN
  expect(status).not.toBe(0);
  const lines = stdout.split("\n");
  const unseen = noted.filter(({ component, type, name }) => {
    const finding = named[type]?.(name) ?? `${name} `;
    return !lines.some((line) => line.startsWith(`${component} at `) && line.includes(finding));
  });
  expect(unseen).toEqual([]);

  // WHEN
  await project.apply(...repairsIn(lines.at(-2)!));

  // THEN
  const after = await verify(project.folder);
  expect(after.stdout).toBe("the host is as deployed\nhost1 runs exactly what is declared\n");
  expect((await lab.execOrThrow("host1", "id -Gn zato")).trim()).toBe("zato");
  expect(await httpStatus(lab, `http://${virtualAddress(lab)}/zato/ping`)).toBe(200);
});
