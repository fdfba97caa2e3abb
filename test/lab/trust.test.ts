import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TerraformStack } from "cdktf";
import {
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ZatoInstallation,
  ZatoRelease,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { InstalledZato } from "../../lib/zato/installed-zato";
import { verify } from "./support/content-cluster";
import { labHost } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { words } from "./support/zato";

/** Everybody writes here, so that whoever runs something can say who he is. */
const PROOF = "/srv/proof";
const MARKER = "what only root may read";

/** Tries, as a local user without rights, to open what a deploy runs, and to get hold of its lock, until it is told to stop. */
const WATCHER = `
import os
seen, won = set(), set()
def attempt(folder):
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if "cdktf-zato" in name or folder != "/home/ops":
            file = os.path.join(folder, name)
            seen.add(file)
            try:
                open(file, "r+").close()
                won.add(file)
            except OSError:
                pass
while not os.path.exists("${PROOF}/stop"):
    for folder in ("/home/ops", "/home/ops/.cdktf-zato", "/home/ops/.cdktf-zato/run", "/run/cdktf-zato"):
        attempt(folder)
    try:
        open("/run/cdktf-zato/lock", "a").close()
        won.add("lock")
    except OSError:
        pass
open("${PROOF}/watched", "w").write("\\n".join(["seen " + x for x in sorted(seen)] + ["won " + x for x in sorted(won)]))
`;

/** A package whose installation says who runs it, and what it reaches. */
const SETUP = `
import os, setuptools
def reaches(path):
    try:
        open(os.path.join(path, "evil"), "w").close()
        return "writes " + path
    except OSError:
        return ""
found = [reaches(p) for p in ("/opt/zato", "/opt/zato/env/host1", "/etc/zato", "/var/lib/cdktf-zato")]
# It sees everything but its own folder as read-only, so it says in the package itself who it was.
open("greeting.py", "a").write("WHO = '" + " ".join([str(os.getuid())] + [f for f in found if f]) + "'\\n")
setuptools.setup(name="greeting", version="1.0", py_modules=["greeting"])
`;

let lab: Lab;
let project: Project;
let watched: string;

const onHost = (command: string): Promise<string> => lab.execOrThrow("host1", command);

function program(stack: TerraformStack): void {
  const hosts = [labHost(stack, lab, "host1")];
  const zato = new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive(lab.archive),
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts }),
    dataRemoval: DataRemoval.DROP,
    servers: 1,
    backup: {},
  });
  const folder = path.join(project.folder, "services");
  mkdirSync(folder, { recursive: true });
  const service = [
    "import greeting",
    "from zato.server.service import Service",
    "",
    "class Hello(Service):",
    "    name = 'lab.hello'",
    "",
    "    def handle(self):",
    "        self.response.payload = {'greeting': greeting.TEXT}",
    "",
  ];
  writeFileSync(path.join(folder, "hello.py"), service.join("\n"));
  writeFileSync(path.join(folder, "money.py"), "EURO = 1\n");
  writeFileSync(
    path.join(folder, "requirements.txt"),
    `greeting @ http://${lab.host("client").address}:8000/greeting-1.0.tar.gz\n`,
  );
  writeFileSync(path.join(project.folder, "site.ini"), "[a]\nb=c\n");
  zato.content.addServices(folder);
  zato.content.addUserConfig(path.join(project.folder, "site.ini"));
  zato.content.addStaticFiles(path.join(project.folder, "site.ini"));
}

/** Brings everything to the host once more. */
async function again(): Promise<void> {
  const all = words(await project.orThrow(["state", "list"])).filter((address) => /_state_\w+$/.test(address));
  await (
    await project.startApply(undefined, ...all.map((address) => `-replace=${address}`))
  ).finished;
}

/** The same for some components, without Terraform, whatever comes of it. */
async function convergeAsItIs(components: readonly string[]): Promise<void> {
  const staging = "/home/ops/.cdktf-zato";
  await lab.exec(
    "host1",
    `for name in ${components.map((one) => `host1-${one}`).join(" ")}; do
       cd /var/lib/cdktf-zato/components/$name && cp manifest ${staging}/$name.manifest &&
         bash ${staging}/scripts/converge.sh "$(cat kind)" $name ${staging}/$name
     done`,
  );
}

beforeAll(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  await onHost(
    `set -e
     apt-get install -q -y --no-install-recommends python3-pip >/dev/null
     install -d -m 0777 ${PROOF}; chmod 0755 /home/ops; useradd mallory
     umask 077; echo '${MARKER}' >/root/secret`,
  );
  await lab.execOrThrow(
    "client",
    `set -e; d=$(mktemp -d); mkdir $d/greeting-1.0; cat >$d/greeting-1.0/setup.py; echo 'TEXT = "hello"' >$d/greeting-1.0/greeting.py
    tar -C $d -czf /srv/artifacts/greeting-1.0.tar.gz greeting-1.0; chmod 0644 /srv/artifacts/greeting-1.0.tar.gz`,
    { input: SETUP },
  );
  await lab.execOrThrow("host1", `cat >${PROOF}/watch.py`, { input: WATCHER });
  await onHost(
    `setsid setpriv --reuid mallory --regid mallory --clear-groups python3 ${PROOF}/watch.py >/dev/null 2>&1 </dev/null &`,
  );
  project = new Project(lab);
  await project.synth(program).apply();
  await onHost(`touch ${PROOF}/stop; while ! [ -s ${PROOF}/watched ]; do sleep 0.2; done`);
  watched = await onHost(`cat ${PROOF}/watched`);
});

afterAll(() => project?.remove());

describe("a local user", () => {
  test("can change nothing of what a deploy runs, and cannot hold its lock", async () => {
    expect(watched).toMatch(/^seen \/home\/ops\/\.cdktf-zato\S*\.sh$/m);
    expect(watched).not.toMatch(/^won /m);
    const modes = "stat -c '%a %U' /home/ops/.cdktf-zato /home/ops/.cdktf-zato/run /run/cdktf-zato";
    expect(await onHost(modes)).toBe("700 ops\n700 ops\n700 root\n");
  });

  test("who takes the port of a server that is stopped is sent no password", async () => {
    // GIVEN
    const listener = `import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open("${PROOF}/asked", "a").write(f"{self.headers}")
http.server.HTTPServer(("127.0.0.1", 17010), Handler).serve_forever()`;
    await onHost(
      `systemctl stop zato-host1-server1
       setsid setpriv --reuid mallory --regid mallory --clear-groups python3 -c '${listener}' >/dev/null 2>&1 </dev/null & echo $! >/run/listener
       until (: </dev/tcp/127.0.0.1/17010) 2>/dev/null; do sleep 0.1; done`,
    );

    // WHEN
    const facts = await onHost("bash /home/ops/.cdktf-zato/scripts/status.sh");
    await onHost(
      `kill "$(cat /run/listener)"; systemctl start zato-host1-server1
       until curl -fsS -o /dev/null http://127.0.0.1:11223/zato/ping 2>/dev/null; do sleep 0.5; done`,
    );

    // THEN
    expect(facts).toMatch(/^host1-server1\tworkers\t0$/m);
    expect((await lab.exec("host1", `cat ${PROOF}/asked`)).stdout).toBe("");
  });

  test("finds nothing that a failed deploy has left", async () => {
    const other = new Project(lab);
    other.synth(
      (stack) =>
        void new InstalledZato(stack, "zato", {
          host: labHost(stack, lab, "host1", { cpus: 99 }),
          installation: ZatoInstallation.preinstalled("/srv/none"),
          release: ZatoRelease.V3_3,
          name: "other",
        }),
    );
    expect((await other.tryApply()).status).toBe(1);
    other.remove();
    expect(await onHost("ls -A /home/ops | grep cdktf")).toBe(".cdktf-zato\n");
    expect(
      await onHost("find /home/ops/.cdktf-zato -name '*.manifest'; find /home/ops/.cdktf-zato/run -size +0 -type f"),
    ).toBe("");
  });
});

describe("foreign programs", () => {
  test("have neither the lock nor Terraform's connection", async () => {
    const other = new Project(lab);
    const file = path.join(other.folder, "install.sh");
    writeFileSync(file, `#!/bin/bash\nsetsid sleep 300 &\nls -l /proc/$!/fd >${PROOF}/fds\n`);
    other.synth(
      (stack) =>
        void new InstalledZato(stack, "zato", {
          host: labHost(stack, lab, "host1"),
          installation: ZatoInstallation.script({ file, path: "/srv/other" }),
          release: ZatoRelease.V3_3,
          name: "other",
        }),
    );
    expect((await other.tryApply()).stdout).toContain("there is no Zato in /srv/other");
    other.remove();
    const descriptors = (await onHost(`cat ${PROOF}/fds`)).split("\n").filter((line) => line.includes(" -> "));
    expect(descriptors.map((line) => / (\d+) -> /.exec(line)?.[1]).sort()).toEqual(["0", "1", "2"]);
    expect(descriptors.join("\n")).not.toMatch(/lock|pipe|pts/);
  });

  test("that packages run are nobody who owns anything here", async () => {
    const who = await onHost(`sed -n "s/^WHO = '\\(.*\\)'/\\1/p" /opt/zato/packages/host1/*/greeting.py | tail -n 1`);
    const [uid, ...reached] = words(who);
    expect(["0", (await onHost("id -u zato")).trim(), (await onHost("id -u ops")).trim()]).not.toContain(uid);
    expect(reached).toEqual([]);
    expect(
      await onHost(
        "ls -d /opt/zato/packages/host1/*/greeting.py | wc -l; ls -d /var/lib/private/cdktf-zato* /var/lib/cdktf-zato-* 2>/dev/null | wc -l",
      ),
    ).toBe("1\n0\n");
  });
});

/** What a deploy says of itself: each command that its scripts run as root, and as zato, with all its words. */
let trace: string;

test("all that root runs or reads as code is root's, up to /", async () => {
  // GIVEN
  const scripts = "/home/ops/.cdktf-zato/scripts";
  const begin = `2i exec 7>>${PROOF}/trace; export BASH_XTRACEFD=7 SHELLOPTS; set -x`;
  await onHost(`umask 0; : >${PROOF}/trace; cd ${scripts} && sed -i '${begin}' converge.sh start.sh verify.sh drift.sh parity.sh
    rm -f /var/lib/cdktf-zato/components/*/created
    chgrp zato /opt/zato /opt/zato/env /etc/zato; chmod o= /opt/zato /opt/zato/env /etc/zato`);

  // WHEN
  await again();
  await verify(project.folder);
  trace = await onHost(`cat ${PROOF}/trace`);
  await onHost(`sed -i 2d ${scripts}/{converge,start,verify,drift,parity}.sh`);

  // THEN
  expect(trace).toContain("edit_as_zato /opt/zato/env/host1/server1/config/repo/server.conf");
  const programs = [
    ...new Set([...trace.matchAll(/^\++ (?:\. )?(\/\S+|[a-z0-9_-]+)(?: |$)/gm)].map(([, word]) => word!)),
  ];
  const units = `for unit in $(systemctl list-unit-files --plain --no-legend 'zato-*' | awk '{ print $1 }'); do
    systemctl show "$unit" -p FragmentPath -p DropInPaths -p EnvironmentFiles -p ExecStartPre -p ExecStart -p ExecReload --value
  done | grep -o '/[A-Za-z0-9._/-]*' | sort -u`;
  const code = `{ for one in ${programs.map((one) => `'${one}'`).join(" ")}; do command -v -- "$one" || true; done | grep ^/; ${units}; } | sort -u`;
  const others = `${code} | grep -v '^/home/ops/' | while read -r file; do [ -e "$file" ] || continue
    case $file in /run/zato-*|/opt/zato/env/host1/server1*|/opt/zato/env/host1/web-admin*) continue ;; esac
    namei -mo -- "$file" | sed 1d | awk -v f="$file" '$1 !~ /^l/ && ($2 != "root" || $1 ~ /^.....w/ || $1 ~ /^........w/) { print f, $0 }'
  done`;
  expect(await onHost(others)).toBe("");
  const trees =
    "/opt/zato/builds /opt/zato/packages /opt/zato/3.3 /opt/zato/env/host1/hot-deploy /opt/zato/env/host1/modules /opt/zato/env/host1/user-conf " +
    "/opt/zato/env/host1/static /etc/zato /etc/zato-edge /etc/cdktf-zato /var/lib/cdktf-zato /etc/systemd/system";
  expect(await onHost(`find ${trees} \\( ! -user root -o ! -type l -perm /022 \\) -print`)).toBe("");
  // AND what was closed to others stays so
  expect(await onHost("stat -c '%a %U:%G' /opt/zato /opt/zato/env /etc/zato /opt/zato/env/host1")).toBe(
    "750 root:zato\n750 root:zato\n750 root:zato\n755 root:root\n",
  );
});

test("a service that was taken over changes all that it can, and nothing of it runs as root", async () => {
  // GIVEN
  const attack = `
    uid='import os; open("${PROOF}/uids", "a").write(str(os.getuid()) + "\\n")'
    find / -xdev \\( -path /proc -o -path /sys -o -path ${PROOF} \\) -prune -o -writable -type d -print 2>/dev/null | while read -r folder; do
      for name in sitecustomize.py usercustomize.py inventory.py admin.py json.py; do echo "$uid" >"$folder/$name"; done
      for name in py python python3 zato bash sh stat find .bashrc .profile; do
        printf '#!/bin/sh\\nid -u >>${PROOF}/uids\\n' >"$folder/$name"; chmod 0755 "$folder/$name"
      done
    done 2>/dev/null
    find / -xdev -path ${PROOF} -prune -o -user zato -type f -name '*.py' -print 2>/dev/null | while read -r file; do
      { echo "$uid"; cat "$file"; } >"$file.new" && mv "$file.new" "$file"
    done`;
  await onHost(`umask 0; : >${PROOF}/uids`);
  await lab.execOrThrow("host1", "runuser -u zato -- bash", { input: attack });
  await lab.exec("host1", "systemctl restart zato-host1-server1");

  // WHEN
  await verify(project.folder);
  await onHost("rm -f /var/lib/cdktf-zato/components/*/created");
  await again();
  await verify(project.folder);

  // THEN
  const uids = [...new Set(words(await onHost(`cat ${PROOF}/uids`)))];
  expect(uids).toContain((await onHost("id -u zato")).trim());
  expect(uids).not.toContain("0");
});

test("links that zato puts wherever the scripts write, change, create or read lead nowhere", async () => {
  // GIVEN
  const named = [...new Set(trace.match(/\/opt\/zato\/env\/[A-Za-z0-9._/-]+|\/run\/zato-[A-Za-z0-9._/-]+/g))];
  const replaceable = `while read -r file; do [ "$(stat -c %U "$(dirname "$file")" 2>/dev/null)" != zato ] || echo "$file"; done`;
  const places = words(await lab.execOrThrow("host1", replaceable, { input: named.join("\n") + "\n" })).filter(
    (place) => place.startsWith("/opt/"),
  );
  expect(places).toContain("/opt/zato/env/host1/server1/config/repo/server.conf");
  const componentOf = (place: string): string => place.split("/")[5]!;
  const components = [...new Set(places.map(componentOf))];
  const rounds = Math.max(...components.map((one) => places.filter((place) => componentOf(place) === one).length));
  const outside =
    "find /etc/cron.d /etc/shadow /root -printf '%p %y %m %U %G %s %T@\\n'; sha256sum /etc/shadow /root/secret";
  const before = await onHost(outside);

  for (const target of ["/root/secret", "/etc/cron.d", "/etc/cron.d/planted"]) {
    for (let round = 0; round < rounds; round++) {
      // WHEN
      const planted = components.flatMap((one) => places.filter((place) => componentOf(place) === one)[round] ?? []);
      for (const place of planted) {
        const plant = `mv -T '${place}' '${place}.before'; ln -s '${target}' '${place}'`;
        await lab.exec("host1", ["runuser", "-u", "zato", "--", "sh", "-c", plant]);
      }
      if (round % 2 === 1) await onHost("rm -f /var/lib/cdktf-zato/components/*/created");
      await convergeAsItIs(planted.map(componentOf));

      // THEN
      expect([planted, target, await onHost(outside)]).toEqual([planted, target, before]);
      expect(
        (
          await lab.exec(
            "host1",
            `grep -rls '${MARKER}' /opt/zato /etc/zato /run /tmp /var/tmp /var/lib/cdktf-zato /var/log`,
          )
        ).stdout,
      ).toBe("");
      for (const place of planted) {
        const restore = `rm -rf '${place}'; mv -T '${place}.before' '${place}'`;
        await lab.exec("host1", ["runuser", "-u", "zato", "--", "sh", "-c", restore]);
      }
    }
  }
});
