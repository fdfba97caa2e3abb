import { Testing } from "cdktf";
import { assertDeclares, declaredBy } from "cdktf-zato/testing";
import { Production } from "./production";

function newProduction(): Production {
  return new Production(Testing.app(), "production");
}

test("the program can be synthesized", () => {
  expect(() => declaredBy(newProduction())).not.toThrow();
});

test("requests go to both clusters, and one scheduler runs", () => {
  assertDeclares(newProduction(), {
    clusters: [
      { name: "host1", address: "10.0.0.11:11223", schedulerIsActive: true },
      { name: "host2", address: "10.0.0.12:11223", schedulerIsActive: false },
    ],
    deployments: [{ clusters: ["production/zato/host1", "production/zato/host2"], loadBalancer: { port: 80 } }],
  });
});

test("both clusters get the same objects, and nobody is let in without a password", () => {
  assertDeclares(newProduction(), {
    contents: [
      {
        clusters: ["production/zato/host1", "production/zato/host2"],
        objects: ["channel_rest/Ping", "basic_auth/Partner"],
        references: [{ from: "channel_rest/Ping", to: "basic_auth/Partner" }],
      },
    ],
  });
});

test("ids are as they were: to Terraform another id is a removal", () => {
  const lifetimes = declaredBy(newProduction()).components.map(({ resources }) => resources.lifetime);
  const servers = lifetimes.filter((address) => /_server\d+_/.test(address));
  expect(servers.map((address) => address.replace(/_[0-9A-F]{8}$/, "")).sort()).toEqual([
    "terraform_data.zato_host1_server1_lifetime",
    "terraform_data.zato_host1_server2_lifetime",
    "terraform_data.zato_host2_server1_lifetime",
    "terraform_data.zato_host2_server2_lifetime",
  ]);
});

test("what is expected and not declared is told by its place", () => {
  expect(() => assertDeclares(newProduction(), { hosts: [{ name: "host1", cpus: 8 }, { name: "host3" }] })).toThrow(
    "production does not declare what is expected:\nhosts.host1.cpus is 4, and not 8\nhosts has no 'host3'",
  );
});

test("a channel whose service nobody declares is refused, with the construct's path and the way out", () => {
  const stack = newProduction();
  stack.zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list" });
  expect(() => declaredBy(stack)).toThrow(
    /\[production\/zato\/content\] .*'orders\.list', which nobody declares; add it by addServices/,
  );
});
