import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  ContainerEngine,
  ExistingLoadBalancer,
  ExistingZatoCluster,
  ExistingZatoClusterProps,
  HighAvailabilityDeployment,
  ICluster,
  Secret,
  SqlEngine,
  ZatoAccess,
  ZatoAccessInContainerProps,
  ZatoRelease,
} from "cdktf-zato";
import { temporaryFolder } from "../support/bash";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();
const SERVER = "/opt/zato/env/qs-1/server1";

let stack: TerraformStack;

beforeEach(() => (stack = newStack()));

function access(props: Partial<ZatoAccessInContainerProps> = {}): ZatoAccess {
  const all = { host: props.host ?? newHost(stack, "host1"), servers: [SERVER], ...props };
  return props.container === undefined
    ? ZatoAccess.onHost(all)
    : ZatoAccess.inContainer({ ...all, container: props.container, engine: props.engine });
}

function existing(props: Partial<ExistingZatoClusterProps> = {}, id = "old"): ExistingZatoCluster {
  return new ExistingZatoCluster(stack, id, { address: "10.0.0.11", ...props, access: props.access ?? access() });
}

function deploy(...clusters: ICluster[]): HighAvailabilityDeployment<ICluster> {
  const loadBalancer = new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.7" });
  return new HighAvailabilityDeployment<ICluster>(stack, "zato", { clusters, loadBalancer });
}

function variable(name: string): Secret {
  return Secret.fromVariable(new TerraformVariable(stack, name, { type: "string" }));
}

function addService(zato: HighAvailabilityDeployment<ICluster>, files: Record<string, string> = {}): void {
  const services = join(folder(), "services");
  mkdirSync(services, { recursive: true });
  const source = "from zato.server.service import Service\n\nclass A(Service):\n    name = 'a.one'\n";
  Object.entries({ "a.py": source, ...files }).forEach(([name, text]) => writeFileSync(join(services, name), text));
  zato.content.addServices(services);
}

describe("content", () => {
  test("reaches a cluster that is there already and one of ours, and parity is checked over both", () => {
    // GIVEN
    const own = newCluster(stack, { host: newHost(stack, "host2", { address: "10.0.0.12" }) }, "own");
    const zato = deploy(existing(), own);

    // WHEN
    addService(zato);
    const sql = { engine: SqlEngine.POSTGRESQL, host: "db", database: "b", username: "b", password: variable("pw") };
    zato.content.addSqlConnection("Billing", sql);

    // THEN
    const template = Template.synth(stack);
    const [there, ours] = [template.manifest("zato/content/old"), template.manifest("zato/content/own")];
    expect(there.parameters).toMatchObject({
      owner: "zato",
      container: "",
      engine: "",
      server_paths: SERVER,
      server_path: SERVER,
      servers: "",
      zato: "/opt/zato/current",
      releases: "3.3\n3.2",
      health_path: "/zato/ping",
      own_hot_deploy: "work/hot-deploy",
      scheduler_runs: "false",
    });
    expect(there.files).toEqual(ours.files);
    expect(ours.parameters.owner).toBeUndefined();
    const parity = template.resource("zato/content/parity/Resource");
    expect(JSON.stringify(parity)).toMatch(/parity\.sh old-content ask.*parity\.sh own-content ask/);
  });

  test("reaches one of 4.1 whose release is told, as that takes it, beside one of 3.x whose is not", () => {
    // GIVEN
    const host = newHost(stack, "host2", { address: "10.0.0.12" });
    const zato = deploy(
      existing(),
      existing({ access: access({ host }), address: "10.0.0.12", release: ZatoRelease.V4_1 }, "newer"),
    );

    // WHEN
    addService(zato);
    zato.content.addBasicAuth("Partner", { username: "partner", password: variable("pw") });

    // THEN
    const template = Template.synth(stack);
    const [three, four] = [template.manifest("zato/content/old"), template.manifest("zato/content/newer")];
    expect(three.parameters).toMatchObject({
      release: "zato-3",
      releases: "3.3\n3.2",
      own_hot_deploy: "work/hot-deploy",
    });
    expect(four.parameters).toMatchObject({ release: "zato-4", releases: "4.1", own_hot_deploy: "cdktf-zato" });
    expect(four.parameters.passwords).toMatch(/ basic_auth\/Partner$/);
    expect(three.parameters.passwords).toBeUndefined();
  });

  test("is refused where the release that is told cannot have it", () => {
    const zato = deploy(existing({ release: ZatoRelease.V4_1 }));
    zato.content.addJwt("Old", { username: "old", password: variable("pw") });
    expect(() => Template.synth(stack)).toThrow("zato 4.1 has no JWT definitions, which jwt 'Old' is to be");
  });

  test("of one release alone is taken by no other one", () => {
    const zato = deploy(existing({ release: ZatoRelease.V3_2 }));
    addService(zato);
    expect(Template.synth(stack).manifest("zato/content/old").parameters).toMatchObject({
      release: "zato-3",
      releases: "3.2",
    });
  });

  test("comes to the clusters one after the other", () => {
    const own = newCluster(stack, { host: newHost(stack, "host2", { address: "10.0.0.12" }) }, "a-first");
    const zato = deploy(existing(), own);
    addService(zato);
    const template = Template.synth(stack);
    expect(template.comesAfter("zato/content/old", "zato/content/a-first")).toBe(true);
  });

  test("is brought in a container by the program that runs it, with a password that is given", () => {
    const inContainer = access({ container: "zato-1", engine: ContainerEngine.PODMAN, user: "zato", adminInvokePassword: variable("admin") }); // prettier-ignore
    const zato = deploy(existing({ access: inContainer, schedulerRuns: true }));
    addService(zato);
    const { parameters } = Template.synth(stack).manifest("zato/content/old");
    expect(parameters).toMatchObject({ container: "zato-1", engine: "podman", scheduler_runs: "true" });
    expect(parameters.secrets).toBe("admin_invoke_password given");
  });

  test("is services and objects alone", () => {
    const zato = deploy(existing());
    addService(zato, { "helper.py": "ANSWER = 42\n" });
    expect(() => Template.synth(stack)).toThrow(/stack\/old: '.*helper\.py' holds no services, and a cluster that/);
  });
});

test("its machine is what it is lost together with, and lets requests in", () => {
  const host = newHost(stack, "host1", { failureDomain: "rack 1", firewall: {} });
  const old = existing({ access: access({ host }), port: 17010 });
  deploy(old);
  expect(old.failureDomain).toBe("rack 1");
  expect(Template.synth(stack).manifest("host1/firewall").files.ingress).toMatch(/tcp 17010 /);
});

test("says what is done for it, and what is not", () => {
  expect(existing().node.metadata.map(({ data }) => String(data))).toEqual([
    "stack/old: somebody else has installed this cluster: deploys bring content to it, and do not update or restart it, " +
      "and there are no backups of it",
  ]);
});

test.each<[string, () => unknown, string]>([
  [
    "two names for one cluster",
    () => {
      const host = newHost(stack, "host1");
      existing({ access: access({ host }) });
      return existing({ access: access({ host }), address: "10.0.0.99" }, "other");
    },
    `stack/other: '${SERVER}' is the folder of a server of stack/old already: one cluster would have two names`,
  ],
  ["a server that is named twice", () => existing({ access: access({ servers: [SERVER, SERVER] }) }), "is named twice"],
  [
    "a folder of a cluster of ours",
    () => {
      const host = newHost(stack, "host1");
      newCluster(stack, { host }, "qs-1");
      return existing({ access: access({ host }) });
    },
    `${SERVER} on the host would be that of stack/qs-1`,
  ],
  ["no server", () => existing({ access: access({ servers: [] }) }), "there is no folder of a server"],
  ["a relative folder", () => existing({ access: access({ servers: ["env/server1"] }) }), "'env/server1'"],
  ["code that is nowhere", () => existing({ access: access({ zato: "current" }) }), "the folder of Zato's code"],
  ["root", () => existing({ access: access({ user: "root" }) }), "the user that owns the servers is 'root'"],
  ["what is no user", () => existing({ access: access({ user: "a b" }) }), "the user that owns the servers is 'a b'"],
  ["what is no container", () => existing({ access: access({ container: "--x" }) }), "'--x' cannot be the name of"],
  ["a container without a name", () => existing({ access: access({ container: "" }) }), "'' cannot be the name of"],
  [
    "a password that is generated",
    () => existing({ access: access({ adminInvokePassword: Secret.generated() }) }),
    "the password of admin.invoke is to be generated",
  ],
  [
    "what is no release",
    () => existing({ release: "4.1" as unknown as ZatoRelease }),
    "'release' is '4.1', and no ZatoRelease; give ZatoRelease.",
  ],
  [
    "what is no access",
    () => existing({ access: "host1" as unknown as ZatoAccess }),
    "'access' is 'host1', and no ZatoAccess; give ZatoAccess.onHost(…) or ZatoAccess.inContainer(…)",
  ],
])("%s is refused", (_, declare, message) => {
  expect(declare).toThrow(message);
});
