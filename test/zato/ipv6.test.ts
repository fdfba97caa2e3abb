import { TerraformVariable } from "cdktf";
import {
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  OdbDatabase,
  RedisConnection,
  Secret,
  SqlEngine,
  TlsCertificate,
  ZatoRelease,
  type DeploymentOfHostsProps,
  type WebAdminOptions,
} from "cdktf-zato";
import { newCluster, newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const FILE = TlsCertificate.fromHostFile("/etc/ssl/zato.pem");

/** A deployment on two hosts with these addresses. */
function synth(addresses: readonly string[], props: Partial<DeploymentOfHostsProps> = {}): Template {
  const stack = newStack();
  const hosts = addresses.map((address, index) => newHost(stack, `host${index + 1}`, { address }));
  newDeployment(stack, { ...props, hosts });
  return Template.synth(stack);
}

function bindsOf(template: Template, component: string): string[] {
  const { files } = template.manifest(component);
  return [...files.config!.matchAll(/^ +bind (.*)$/gm)].map(([, bind]) => bind!);
}

describe("what is reached from other machines listens by the kind of address that the host has", () => {
  test.each([
    ["192.0.2.11", "0.0.0.0:11223"],
    ["2001:db8::11", "0.0.0.0:11223,[::]:11223 v6only"],
    ["host1.example.com", "0.0.0.0:11223,[::]:11223 v6only"],
  ])("%s", (address, bind) => {
    expect(bindsOf(synth([address, "2001:db8::12"]), "zato/host1/load-balancer")).toEqual([bind]);
  });

  test("with TLS too", () => {
    const tls = { certificate: FILE, ca: "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----", serverName: "z" };
    const template = synth(["2001:db8::11", "2001:db8::12"], { zatoLoadBalancer: { tls } });
    expect(bindsOf(template, "zato/host1/load-balancer")).toEqual([
      "127.0.0.1:11223",
      expect.stringMatching(/^0\.0\.0\.0:11224,\[::\]:11224 v6only ssl crt /) as string,
    ]);
  });

  test("a balancer on one host too", () => {
    const stack = newStack();
    const host = newHost(stack, "host1", { address: "2001:db8::11" });
    newDeployment(stack, { hosts: [host], loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts: [host] }) });
    expect(bindsOf(Template.synth(stack), "edge/host1")).toEqual(["0.0.0.0:80,[::]:80 v6only"]);
  });
});

test("addresses of members, of the virtual address and of entries are in brackets", () => {
  // GIVEN
  const stack = newStack();
  const hosts = ["2001:db8::11", "2001:db8::12"].map((address, index) =>
    newHost(stack, `host${index + 1}`, { address }),
  );
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "2001:db8::100" });
  const zato: HighAvailabilityDeployment = newDeployment(stack, { hosts, loadBalancer });

  // WHEN
  const template = Template.synth(stack);
  const { files, parameters } = template.manifest("edge/host1");

  // THEN
  expect(files.config).toContain("server host2 [2001:db8::12]:11223 ");
  expect(bindsOf(template, "edge/host1")).toEqual(["[2001:db8::100]:80 transparent"]);
  expect(files.keepalived).toContain("        2001:db8::100/128\n");
  expect(files.keepalived).toContain("    unicast_src_ip 2001:db8::11\n");
  expect(parameters).toMatchObject({ entry_url: "http://[2001:db8::100]:80/zato/ping", peers: "2001:db8::12" });
  expect(zato.loadBalancer?.entryAddress).toBe("2001:db8::100");
});

describe("web-admin", () => {
  const on =
    (address: string, webAdmin: WebAdminOptions, release?: ZatoRelease): (() => Template) =>
    () =>
      synth([address, "2001:db8::12"], { webAdmin, ...(release && { release }) });

  test("listens on every address, as gunicorn and, in 3.2, Django take it", () => {
    const newer = on("2001:db8::11", { bindAddress: "::" })().manifest("zato/host1/web-admin");
    expect(newer.parameters).toMatchObject({ address: "[::]:8183" });
    expect(newer.files.unit).toContain(" --bind [::]:8183 ");
    const older = on("2001:db8::11", { bindAddress: "::" }, ZatoRelease.V3_2)().manifest("zato/host1/web-admin");
    expect(older.parameters).toMatchObject({ bind: "[::]", address: "[::]:8183" });
  });

  test("does not listen where nobody who knows its host would find it", () => {
    expect(on("2001:db8::11", { bindAddress: "0.0.0.0" })).toThrow(
      "web-admin would listen on 0.0.0.0, and the address of its host is 2001:db8::11; let it listen on '::', or on that address",
    );
    expect(on("192.0.2.11", { bindAddress: "::" })).not.toThrow();
  });
});

describe("what Zato is told", () => {
  const password = (stack: ReturnType<typeof newStack>): Secret =>
    Secret.fromVariable(new TerraformVariable(stack, "p", {}));

  test("an SQL connection has the address in brackets, since Zato makes a URL of it", () => {
    const stack = newStack();
    const zato = newDeployment(stack);
    const props = { engine: SqlEngine.POSTGRESQL, database: "billing", username: "zato", password: password(stack) };
    zato.content.addSqlConnection("Billing", { ...props, host: "2001:db8::60" });
    const { files } = Template.synth(stack).manifest("zato/content/host1");
    expect(JSON.parse(files.expected!)).toMatchObject({
      objects: { "outconn_sql/Billing": { host: "[2001:db8::60]" } },
    });
  });

  test.each(["postgresql", "mysql"] as const)(
    "its own %s is named, since web-admin would not find the address",
    (engine) => {
      const stack = newStack();
      const odb = OdbDatabase[engine]({
        host: "2001:db8::60",
        database: "z",
        username: "z",
        password: password(stack),
      });
      expect(() => newCluster(stack, { odb })).toThrow(
        /Zato cannot keep its database at the IPv6 address 2001:db8::60; give the database server's name/,
      );
    },
  );

  test("a Redis has the bare address", () => {
    const redis = RedisConnection.of({ host: "2001:db8::60" });
    expect(redis._settings(newStack())).toMatchObject({ host: "2001:db8::60" });
    expect(redis.identity).toBe("[2001:db8::60]:6379/0");
  });
});
