import { Testing } from "cdktf";
import { Production } from "./production";

interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, { triggers?: Record<string, string> }>>>>;
  readonly output: Readonly<Record<string, { readonly value: Record<string, unknown> }>>;
}

function newProduction(): Production {
  return new Production(Testing.app(), "production");
}

/** With `true` what is only checked at synth is checked too. */
function synth(stack: Production): StackJson {
  return JSON.parse(Testing.synth(stack, true)) as StackJson;
}

/** The names of the resources of a type, without the hash at their end. */
function namesOf(stack: StackJson, type: string): string[] {
  return Object.keys(stack.resource[type]!).map((name) => name.replace(/_[0-9A-F]{8}$/, ""));
}

test("the program can be synthesized", () => {
  expect(() => synth(newProduction())).not.toThrow();
});

test("ids are as they were: to Terraform another id is a removal", () => {
  const servers = namesOf(synth(newProduction()), "terraform_data").filter((name) => /server\d+_lifetime/.test(name));
  expect(servers.sort()).toEqual([
    "zato_host1_server1_lifetime",
    "zato_host1_server2_lifetime",
    "zato_host2_server1_lifetime",
    "zato_host2_server2_lifetime",
  ]);
});

test("requests go to both clusters", () => {
  const { members } = synth(newProduction()).output.zato_pool!.value;
  expect(members).toMatchObject([
    { name: "host1", address: "10.0.0.11", drained: false },
    { name: "host2", address: "10.0.0.12", drained: false },
  ]);
});

test("one scheduler runs", () => {
  const { clusters } = newProduction().zato;
  expect(clusters.filter(({ scheduler }) => scheduler.isActive).map(({ clusterName }) => clusterName)).toEqual([
    "host1",
  ]);
});

test("both clusters get the same objects, and nobody is let in without a password", () => {
  const contents = Object.entries(synth(newProduction()).resource.null_resource!).filter(([name]) =>
    /^zato_content_host\d_content_/.test(name),
  );
  const [first, second] = contents.map(([, { triggers }]) => triggers!.file_enmasse);
  expect(first).toContain("/partner/ping");
  expect(first).toContain("Partner");
  expect(second).toBe(first);
});

test("a channel whose service nobody declares is refused, with the construct's path and the way out", () => {
  const stack = newProduction();
  stack.zato.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list" });
  expect(() => synth(stack)).toThrow(
    /production\/zato: .*'orders\.list', which nobody declares; add it by addServices/,
  );
});
