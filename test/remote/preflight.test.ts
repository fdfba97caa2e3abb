import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import { OdbDatabase, PhysicalHostProps, Secret, ZatoInstallation } from "cdktf-zato";
import { HOST_KEY, newCluster, newDeployment, newHost, newStack, SSH } from "../support/stack";
import { commandsOf, Template } from "../support/template";

const SHA256 = "0".repeat(64);
const OTHER_KEY = HOST_KEY.replace("AAAAIDyN", "AAAAIDyM");

test("it is told what is declared, and what the components need", () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  newCluster(stack, {
    odb: OdbDatabase.mysql({
      host: "db.internal",
      database: "zato",
      username: "zato",
      password: Secret.fromVariable(new TerraformVariable(stack, "password", {})),
    }),
    installation: ZatoInstallation.archive({ url: "https://example.com/zato.tar", sha256: SHA256 }),
  });

  // THEN
  expect(Template.synth(stack).preflight("host1").parameters).toEqual({
    host: "host1",
    sudo: "true",
    cpus: "4",
    // 2 masters, 4 workers, load-balancer, web-admin, scheduler
    memory: String(2 * 130 + 4 * 190 + 16 + 115 + 82),
    disk: String(2048 + 64),
    ports: "8183 web-admin\n11223 the Zato load-balancer\n17010 server1\n17011 server2\n31530 the scheduler",
    endpoints: "db.internal:3306",
    downloads: `https://example.com/zato.tar /opt/zato/builds/${SHA256}`,
    // What must not be somebody else's on a host that the cluster is new on
    units: expect.stringMatching(/^zato-a-load-balancer\.service$[^]*^zato-a-server1\.service$/m) as string,
    clusters: "a a-odb",
    folders: "a-odb /etc/zato/a\na-odb /opt/zato/env/a\na-odb /opt/zato/packages/a",
    archive_paths: "/opt/zato/3.3",
  });
});

test.each<[string, Partial<PhysicalHostProps>]>([
  ["by another host key", { ssh: { ...SSH, hostKey: OTHER_KEY } }],
  ["by another revision", { revision: "2" }],
])("another machine, which is known %s, is looked at and gets the scripts, whatever is declared for it", (_, props) => {
  const triggersOf = (declared: Partial<PhysicalHostProps>): unknown => {
    const stack = newStack();
    newDeployment(stack, { hosts: [newHost(stack, "host1", declared)] });
    return Template.synth(stack).resource("host1/preflight/Resource").triggers;
  };
  expect(triggersOf(props)).not.toEqual(triggersOf({ ssh: SSH }));
  expect(triggersOf({ ssh: SSH })).toEqual(triggersOf({ ssh: SSH }));
});

test("a local database needs memory and disk instead of being reached", () => {
  const stack = newStack();
  newCluster(stack);
  const { parameters } = Template.synth(stack).preflight("host1");
  expect(parameters.endpoints).toBe("");
  expect(parameters.databases).toBe("a a-odb zato_a 5432");
  expect(Number(parameters.disk)).toBe(2048 + 512 + 64);
});

test("a declared memory that is less than what the components need does not take the place of their sum", () => {
  const stack = newStack();
  newDeployment(stack, { hosts: [newHost(stack, "host1", { memory: 1 })] });
  const declared = Template.synth(stack).preflight("host1").parameters.memory;
  const other = newStack();
  newDeployment(other, { hosts: [newHost(other, "host1")] });
  expect(declared).toBe(Template.synth(other).preflight("host1").parameters.memory);
  expect(Number(declared)).toBeGreaterThan(1000);
});

test("the declared memory counts where it is more than what the components need", () => {
  const stack = newStack();
  newHost(stack, "host1", { memory: 64_000 });
  expect(Template.synth(stack).preflight("host1").parameters.memory).toBe("64000");
});

test("files that each deploy brings along are counted for each cluster on the host, to a MiB", () => {
  const stack = newStack();
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-static-"));
  writeFileSync(join(folder, "large.bin"), Buffer.alloc(3 * 2 ** 20 + 5));
  newDeployment(stack).content.addStaticFiles(folder);
  const { parameters } = Template.synth(stack).preflight("host1");
  rmSync(folder, { recursive: true });
  expect(parameters.content).toBe("3");
});

test("it runs as the login user, last, with the time of the machine that runs Terraform", () => {
  const stack = newStack();
  newHost(stack, "host1");
  const { provisioner = [] } = Template.synth(stack).resource("host1/preflight/Resource");
  expect(commandsOf(provisioner.at(-1)).at(-1)).toBe(
    "bash .cdktf-zato/scripts/preflight.sh .cdktf-zato/preflight.${self.id}.manifest ${timestamp()}",
  );
});

test("it puts its scripts in the place of former ones in one step, since another apply may be running those", () => {
  const stack = newStack();
  newHost(stack, "host1");
  const { provisioner = [] } = Template.synth(stack).resource("host1/preflight/Resource");
  expect(commandsOf(provisioner.at(-1)).slice(1, 3)).toEqual([
    "ln -sfn scripts.${self.id} .cdktf-zato/link.${self.id}",
    "mv -fT .cdktf-zato/link.${self.id} .cdktf-zato/scripts",
  ]);
});

test("no component of any host is touched before all hosts have passed", () => {
  // GIVEN
  const stack = newStack();
  newDeployment(stack);
  const template = Template.synth(stack);
  const preflights = ["host1", "host2"].map((host) => template.addressOf(`${host}/preflight/Resource`));

  // THEN
  const components = Object.keys(template.resources).filter((address) => /_state_|_lifetime_/.test(address));
  expect(components.length).toBeGreaterThan(30);
  for (const component of components) {
    expect([...template.ancestorsOf(component)]).toEqual(expect.arrayContaining(preflights));
  }
});

test("the scripts are one asset of the stack, and another version of them brings itself to the hosts alone", () => {
  // GIVEN
  const stack = newStack();
  newDeployment(stack);
  const template = Template.synth(stack);

  // THEN
  const withHash = Object.entries(template.resources).filter(([, { triggers }]) => triggers?.scripts !== undefined);
  expect(withHash.map(([address]) => address).sort()).toEqual(
    ["host1", "host2"].map((host) => template.addressOf(`${host}/preflight/Resource`)).sort(),
  );
  expect(new Set(withHash.map(([, { triggers }]) => triggers?.scripts)).size).toBe(1);
  const sources = Object.values(template.resources)
    .flatMap(({ provisioner = [] }) => provisioner.map(({ file }) => file?.source))
    .filter((source) => source?.includes("zato-host-scripts"));
  expect(new Set(sources).size).toBe(1);
});
