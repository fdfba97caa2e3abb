import { Affinity } from "cdktf-zato";
import { CitrixAdcLoadBalancer } from "cdktf-zato/citrix";
import { loadBalancerContract, RenderedPool, TerraformConfiguration } from "cdktf-zato/testing";

type Arguments = Record<string, unknown>;

function all(resource: TerraformConfiguration["resource"], type: string): Arguments[] {
  return Object.values(resource?.[`citrixadc_${type}`] ?? {});
}

/** What the virtual server of a name was told: by its services, and by what is bound to them. */
function poolOf({ resource }: TerraformConfiguration, id: string): RenderedPool {
  const server = all(resource, "lbvserver").find(({ name }) => name === `zato-${id}`)!;
  const bound = all(resource, "lbvserver_service_binding")
    .filter(({ name }) => name === server.name)
    .map(({ servicename }) => servicename);
  const services = all(resource, "service").filter(({ name }) => bound.includes(name));
  const [monitor] = all(resource, "service_lbmonitor_binding")
    .filter(({ name }) => bound.includes(name))
    .flatMap(({ monitor_name }) =>
      all(resource, "lbmonitor").filter(({ monitorname }) => monitorname === monitor_name),
    );
  const affinities: Record<string, RenderedPool["affinity"]> = { SOURCEIP: "source", COOKIEINSERT: "cookie" };
  const certificates = all(resource, "sslvserver_sslcertkey_binding").filter(
    ({ vservername }) => vservername === server.name,
  );
  return {
    members: services.map(({ ip, port, state }) => ({
      address: String(ip),
      port: Number(port),
      isDrained: state === "DISABLED",
    })),
    healthPath: String(monitor!.httprequest).replace("GET ", ""),
    healthyStatuses: (monitor!.respcode as string[]).map(Number),
    healthInterval: Number(monitor!.interval),
    affinity: affinities[String(server.persistencetype)] ?? "none",
    stickyPaths: [],
    usesTls: server.servicetype === "SSL" && certificates.length === 1,
  };
}

describe("a CitrixAdcLoadBalancer keeps the contract:", () => {
  const rules = loadBalancerContract({
    create: (scope, id) => new CitrixAdcLoadBalancer(scope, id, { virtualAddress: "192.0.2.10" }),
    createWithTls: (scope, id) =>
      new CitrixAdcLoadBalancer(scope, id, { virtualAddress: "192.0.2.10", tls: { certKey: "esb.example.com" } }),
    read: poolOf,
    affinities: [Affinity.SOURCE, Affinity.COOKIE],
    pathAffinities: [],
    longestId: "e".repeat(32),
    refusedIds: ["edge.1", "1edge", "e".repeat(33)],
  });
  for (const { rule, check } of rules) {
    test(rule, check);
  }
});
