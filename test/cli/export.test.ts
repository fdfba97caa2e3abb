import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { ExportedCluster } from "../../lib/cli/export-answer";
import { declarable } from "../../lib/cli/export-content";
import { ProgramCluster, renderProgram } from "../../lib/cli/export-program";
import { renderReadme } from "../../lib/cli/export-readme";
import { oldNode } from "../../lib/cli/old-node";
import { writeYaml } from "../../lib/content/yaml-writer";
import { FRAMEWORK } from "../../lib/framework";
import { anyText } from "../support/arbitraries";
import { BashResult, temporaryFolder } from "../support/bash";
import { evaluateProgram } from "../support/exported-program";
import { HOST_KEY, newStack } from "../support/stack";
import { documentIn, synthTo } from "../support/synth";
import { exportedCluster, service, toldOf } from "./support/exported";
import { compiledProgram, ROOT } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

// The package has them beside its code.
beforeAll(() => {
  for (const layer of readdirSync(join(ROOT, "lib"))) {
    symlinkSync(join(ROOT, "lib", layer), join(dirname(program.main()), layer));
  }
});

jest.setTimeout(300_000);

/** A project of what clusters run, in a folder of its own. */
function project(clusters: readonly ProgramCluster[]): string {
  const where = mkdtempSync(join(folder(), "project-"));
  const content = declarable(
    where,
    clusters.map(({ cluster }) => cluster),
  );
  writeFileSync(join(where, "main.ts"), renderProgram(clusters, content));
  writeFileSync(join(where, "README.md"), renderReadme(clusters, content));
  writeFileSync(join(where, "enmasse.yaml"), writeYaml(content.sections));
  return where;
}

const ssh = (address: string): ProgramCluster["place"]["ssh"] => ({
  address,
  port: 22,
  user: "ops",
  sudo: true,
  hostKey: HOST_KEY,
});

const OBJECTS: ExportedCluster["objects"] = {
  security: [{ name: "Partner", type: "basic_auth", username: "partner", realm: "API" }],
  channel_rest: [{ name: "Orders", service: "orders.list", url_path: "/orders", security_name: "Partner" }],
};

const FILES = { "/srv/orders.py": ["orders.list", service("orders.list")] } as const;

test("whatever things are called, the program that declares them synthesizes, with these names", () => {
  // A name of an object is on one line; what Terraform would take for an expression is told of elsewhere.
  const name = anyText.map(
    (text) => `n${text.replaceAll(/\p{Cc}|[\u2028\u2029]|zato/giu, "").replaceAll(/[$%]\{/g, "")}n`,
  );
  const path = fc.stringMatching(/^(\/[A-Za-z0-9_+-]{1,12}){1,4}$/);
  fc.assert(
    fc.property(name, name, path, anyText, (object, username, server, typed) => {
      const cluster = exportedCluster(FILES, {
        folders: [server],
        objects: { ...OBJECTS, security: [...OBJECTS.security!, { name: object, type: "basic_auth", username }] },
      });
      const where = project([{ place: { typed, servers: [], ssh: ssh("10.0.0.11") }, cluster }]);
      const stack = newStack();
      evaluateProgram(where, stack);
      const { contents, components } = documentIn(synthTo(join(where, "out"), stack));
      const declared = contents[0]!.objects;
      const isTaken = declared.includes(`basic_auth/${object}`);
      expect(isTaken || readFileSync(join(where, "README.md"), "utf8").includes("could not be exported")).toBe(true);
      expect(components.find(({ kind }) => kind === "content")!.parameters.server_paths).toBe(server);
    }),
    { numRuns: 10 },
  );
});

test("what is declared of two clusters on one machine, in containers and behind a bastion, compiles and synthesizes", () => {
  // GIVEN
  const bastion = { address: "bastion.example.com", port: 2222, user: "jump", hostKey: HOST_KEY };
  const login = { ...ssh("10.0.0.11"), bastion };
  const cluster = exportedCluster(FILES, { objects: OBJECTS, schedulerRuns: true });
  const where = project([
    {
      place: { typed: "ops@a", servers: [], ssh: login, container: "zato-a", user: "esb", zato: "/srv/zato" },
      cluster,
    },
    {
      place: { typed: "ops@b", servers: [], ssh: login, container: "zato-b", engine: "podman" },
      cluster: { ...cluster, port: 11224 },
    },
  ]);
  symlinkSync(join(ROOT, "node_modules"), join(where, "node_modules"));
  const paths = { [FRAMEWORK.library]: [join(ROOT, "lib", "index.ts")] };
  const compilerOptions = {
    target: "ES2022",
    module: "Node16",
    moduleResolution: "Node16",
    types: ["node"],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    paths,
  };
  writeFileSync(join(where, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["main.ts"] }));

  // THEN
  const compiled = spawnSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."], {
    cwd: where,
    encoding: "utf8",
  });
  expect([compiled.status, compiled.stdout]).toEqual([0, ""]);
  const stack = newStack();
  evaluateProgram(where, stack);
  const { hosts, existingClusters, components, contents } = documentIn(synthTo(join(where, "out"), stack));
  expect(hosts).toMatchObject([{ name: "host1", ssh: { bastion: { address: bastion.address, port: 2222 } } }]);
  expect(existingClusters.map(({ name, address, schedulerIsActive }) => [name, address, schedulerIsActive])).toEqual([
    ["a", "10.0.0.11:11223", true],
    ["b", "10.0.0.11:11224", false],
  ]);
  const parameters = components.filter(({ kind }) => kind === "content").map((one) => one.parameters);
  expect(parameters.map(({ container, engine, owner, zato }) => [container, engine, owner, zato])).toEqual([
    ["zato-a", "docker", "esb", "/srv/zato"],
    ["zato-b", "podman", "zato", "/opt/zato/current"],
  ]);
  expect(contents[0]).toMatchObject({ objects: ["basic_auth/Partner", "channel_rest/Orders"] });
  expect(readFileSync(join(where, "README.md"), "utf8")).toContain("The schedulers of a and b run");
});

test("the release of a cluster of 4.1 is told", () => {
  const of = (address: string, release: string): ProgramCluster => ({
    place: { typed: address, servers: [], ssh: ssh(address) },
    cluster: exportedCluster(FILES, { release, folders: [`/srv/${address}/server1`] }),
  });
  const where = project([of("10.0.0.11", "3.3"), of("10.0.0.12", "4.1")]);
  const stack = newStack();
  evaluateProgram(where, stack);
  const { components } = documentIn(synthTo(join(where, "out"), stack));
  const content = components.filter(({ kind }) => kind === "content").map(({ parameters }) => parameters.releases);
  expect(content).toEqual(["3.3\n3.2", "4.1"]);
});

describe("the command", () => {
  const SSH = `
    case "$*" in
      "-G -- "*) address=\${3#ssh://} address=\${address##*@}; printf 'hostname %s\\nuser ops\\nport 22\\nuserknownhostsfile /nowhere\\nproxyjump %s\\n' "$address" "$(case $address:$JUMP in jump:* | *:) echo none ;; *) echo "$JUMP" ;; esac)" ;;
      *) cat >"$FOLDER/sent"; printf '%s\\n' "$*" >"$FOLDER/words"; host=\${*: -2:1}
        if [ -f "$FOLDER/$host.says" ]; then echo welcome; echo @cdktf-zato; cat "$FOLDER/$host.says"; else printf 'the host \\033]0;mine\\007does \\302\\233not like it\\n' >&2; exit 1; fi ;;
    esac`;

  function exported(words: readonly string[], clusters: Readonly<Record<string, ExportedCluster>> = {}): BashResult {
    Object.entries(clusters).forEach(([host, cluster]) =>
      writeFileSync(join(folder(), `${host}.says`), toldOf(cluster)),
    );
    writeFileSync(join(folder(), "known_hosts"), `10.0.0.11 ${HOST_KEY}\n10.0.0.12 ${HOST_KEY}\n`);
    return program.run(["export", ...words, "--known-hosts", "known_hosts"], SSH);
  }

  const one = exportedCluster({ "/srv/orders.py": FILES["/srv/orders.py"] }, { objects: OBJECTS });

  test("writes the project of a cluster, and says what is left to do", () => {
    const { status, stdout, stderr } = exported(["ops@10.0.0.11", "--servers", "/a:/b"], { "10.0.0.11": one });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      "wrote 'zato-export': main.ts; files of services: 1; objects: 2; passwords to be given: 1\n" +
        `next: read README.md there; then 'npm install' and 'npx ${FRAMEWORK.name} synth'\n` +
        oldNode(process.versions.node),
    );
    const files = [
      "main.ts",
      "package.json",
      "cdktf.json",
      "tsconfig.json",
      ".gitignore",
      "README.md",
      "enmasse.yaml",
      "services/orders.py",
    ];
    expect(files.filter((name) => !existsSync(join(folder(), "zato-export", name)))).toEqual([]);
    // AND it sent the scripts with what it was told, and no host key was taken unseen
    const { stdout: manifest } = spawnSync("tar", ["-xOf", join(folder(), "sent"), "./manifest"], { encoding: "utf8" });
    expect(manifest).toContain("@param server_paths\n|/a\n|/b\n");
    expect(readFileSync(join(folder(), "words"), "utf8")).toContain("StrictHostKeyChecking=yes");
  });

  test("prints first what two clusters do not have the same", () => {
    const other = { ...one, objects: { security: OBJECTS.security! }, identity: "two" };
    const { stdout } = exported(["ops@10.0.0.11", "ops@10.0.0.12", "--into", "both", "--user", "zato"], {
      "10.0.0.11": one,
      "10.0.0.12": other,
    });
    expect(stdout.replaceAll(/ {2,}/g, " | ")).toMatch(
      /^object \| ops@10\.0\.0\.11 \| ops@10\.0\.0\.12\nchannel_rest\/Orders \| there \| nothing\n\nwrote 'both'/,
    );
  });

  test("writes no file of objects where a cluster has none of its own", () => {
    const none = { ...one, objects: {} };
    expect(exported(["ops@10.0.0.11", "--into", "none"], { "10.0.0.11": none }).status).toBe(0);
    expect(existsSync(join(folder(), "none", "main.ts"))).toBe(true);
    expect(existsSync(join(folder(), "none", "enmasse.yaml"))).toBe(false);
  });

  test.each<[string, readonly string[], string]>([
    [
      "two names for one cluster",
      ["ops@10.0.0.11", "root@10.0.0.12"],
      "'ops@10.0.0.11' and 'root@10.0.0.12' are one cluster: both name the same servers",
    ],
    ["a host that says no", ["ops@10.0.0.11", "--user", "nobody"], "ops@10.0.0.11: the host ]0;minedoes not like it"],
    [
      "a host whose key nobody has seen",
      ["ops@10.0.0.99"],
      "no key of '10.0.0.99' is known here; log in by 'ssh -p 22 ops@10.0.0.99' once",
    ],
    ["a key that is not there", ["ops@10.0.0.11", "--key", "nowhere"], "there is no key file '"],
    ["an option for some hosts", ["a@10.0.0.11", "--user", "x", "--user", "y"], "'--user' stands 2 times for 1 hosts"],
    ["an engine that nobody knows", ["a@10.0.0.11", "--engine", "rkt"], "'--engine rkt' is no program"],
    [
      "a folder that no program could name",
      ["a@10.0.0.11", "--servers", "env/server1"],
      "a@10.0.0.11: the folder of a server is 'env/server1'",
    ],
    ["root as the owner", ["a@10.0.0.11", "--user", "root"], "a@10.0.0.11: the user that owns the servers is 'root'"],
    ["no host", [], "'export' takes hosts and its options, and nothing else"],
    [
      "a folder that is there",
      ["ops@10.0.0.11", "--into", "."],
      "there is already '.'; name a folder that is not there",
    ],
  ])("refuses %s, and writes nothing", (name, words, message) => {
    const { status, stdout, stderr } = exported(
      words,
      name === "a host that says no" ? {} : { "10.0.0.11": one, "10.0.0.12": one },
    );
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder(), "zato-export"))).toBe(false);
  });

  test("reaches a host through the bastion of ssh's own configuration", () => {
    writeFileSync(join(folder(), "10.0.0.11.says"), toldOf(one));
    writeFileSync(join(folder(), "known_hosts"), `10.0.0.11 ${HOST_KEY}\njump ${HOST_KEY}\n`);
    const words = ["export", "ops@10.0.0.11", "--known-hosts", "known_hosts"];
    const { status, stderr } = program.run(words, SSH, { JUMP: "j@jump" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(readFileSync(join(folder(), "zato-export/main.ts"), "utf8")).toContain(
      'bastion: { address: "jump", user: "ops", hostKey: ',
    );
    expect(readFileSync(join(folder(), "words"), "utf8")).toContain("ProxyCommand=");
  });
});
