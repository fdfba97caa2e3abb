import { Affinity } from "cdktf-zato";
import { loadBalancerContract } from "cdktf-zato/testing";
import { AcmeLoadBalancer } from "./acme-load-balancer";

interface VirtualServer {
  readonly members: { readonly address: string; readonly port: number; readonly enabled: boolean }[];
  readonly health_path: string;
  readonly health_status: number;
  readonly health_interval: number;
  readonly sticky: boolean;
}

describe("an AcmeLoadBalancer keeps the contract:", () => {
  const rules = loadBalancerContract({
    create: (scope, id) => new AcmeLoadBalancer(scope, id),
    read: ({ resource }) => {
      const server = Object.values(resource!.acme_virtual_server!)[0] as unknown as VirtualServer;
      return {
        members: server.members.map(({ address, port, enabled }) => ({ address, port, isDrained: !enabled })),
        healthPath: server.health_path,
        healthyStatuses: [server.health_status],
        healthInterval: server.health_interval,
        affinity: server.sticky ? "source" : "none",
        stickyPaths: [],
        usesTls: false,
      };
    },
    affinities: [Affinity.SOURCE],
    pathAffinities: [],
    longestId: "edge",
    refusedIds: [],
  });
  for (const { rule, check } of rules) {
    test(rule, check);
  }
});
