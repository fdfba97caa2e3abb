import assert from "node:assert/strict";
import { Affinity } from "../content";
import { DeploymentOfHostsProps } from "../deployment";
import { TlsCertificate } from "../remote";
import { ContractRule, LoadBalancerUnderTest, RenderedPool } from "./load-balancer-under-test";
import { Trial } from "./trial";

const ALL_AFFINITIES = [Affinity.SOURCE, Affinity.COOKIE];

/**
 * The rules that every kind of external load balancer keeps, so that another kind is another line in a program and
 * nothing else. For any test runner:
 *
 * @example
 * describe("the load balancer of our appliance", () => {
 *   for (const { rule, check } of loadBalancerContract({ create: …, read: …, … })) {
 *     test(rule, check);
 *   }
 * });
 */
export function loadBalancerContract(kind: LoadBalancerUnderTest): ContractRule[] {
  const rendered = (props?: Partial<DeploymentOfHostsProps>): RenderedPool => new Trial(kind, { props }).read();
  return [
    ...poolRules(kind, rendered),
    ...healthRules(rendered),
    ...affinityRules(kind, rendered),
    ...drainRules(kind, rendered),
    ...tlsRules(kind),
    memberTlsRule(kind, rendered),
    ...nameRules(kind),
  ];
}

type Render = (props?: Partial<DeploymentOfHostsProps>) => RenderedPool;

function poolRules(kind: LoadBalancerUnderTest, rendered: Render): ContractRule[] {
  return [
    {
      rule: "its members are all clusters, each by the address of its host and the port of its Zato load-balancer",
      check: () => {
        const { members } = new Trial(kind, { clusters: 3, props: { zatoLoadBalancer: { port: 12345 } } }).read();
        assert.deepEqual(members.map(({ address, port }) => `${address} ${port}`).sort(), [
          "10.0.0.11 12345",
          "10.0.0.12 12345",
          "10.0.0.13 12345",
        ]);
      },
    },
    {
      rule: "one cluster is a pool too",
      check: () => assert.equal(new Trial(kind, { clusters: 1 }).read().members.length, 1),
    },
    {
      rule: "nothing is asked of it but what the deployment's output 'pool' says",
      check: () => {
        const trial = new Trial(kind);
        const { members, health_check } = trial.output("pool") as {
          members: { address: string; port: number; drained: boolean }[];
          health_check: { path: string; interval: number };
        };
        const pool = rendered();
        assert.deepEqual(
          members.map(({ address, port, drained }) => ({ address, port, isDrained: drained })),
          [...pool.members].sort((one, other) => (one.address < other.address ? -1 : 1)),
        );
        assert.deepEqual([health_check.path, health_check.interval], [pool.healthPath, pool.healthInterval]);
      },
    },
    {
      rule: "its entry is among the outputs",
      check: () => {
        const trial = new Trial(kind);
        assert.deepEqual([trial.output("entry_address"), trial.output("entry_port")], trial.entry);
      },
    },
    {
      rule: "what it has of resources sends no request to a cluster that is not ready",
      check: () => {
        const unordered = new Trial(kind).clustersNotAwaited();
        assert.deepEqual(unordered, [], "no resource of the load balancer depends on these");
      },
    },
    {
      rule: "it belongs to one deployment, and is refused without",
      check: () => {
        const trial = new Trial(kind);
        assert.throws(
          () => trial.loadBalancer.bindPool({ pool: () => trial.deployment.pool, readyClusters: () => [] }),
          refusal(/already belongs to a deployment/),
        );
        assert.throws(() => new Trial(kind, { isUsed: false }).read(), refusal(/has no pool/));
      },
    },
  ];
}

function healthRules(rendered: Render): ContractRule[] {
  return [
    {
      rule: "a cluster is healthy when GET /zato/ping answers 200, and only then",
      check: () => {
        const { healthPath, healthyStatuses } = rendered();
        assert.deepEqual([healthPath, healthyStatuses], ["/zato/ping", [200]]);
      },
    },
    {
      rule: "path and interval of the health check are those of the deployment",
      check: () => {
        const { healthPath, healthInterval } = rendered({
          healthCheck: { path: "/up", interval: 10, timeout: 4, rise: 3, fall: 3 },
        });
        assert.deepEqual([healthPath, healthInterval], ["/up", 10]);
      },
    },
    {
      rule: "by default it notices a dead cluster within a minute, and a check that is slower than promised is refused",
      check: () => {
        rendered();
        assert.throws(
          () => rendered({ healthCheck: { interval: 300, timeout: 5, failoverWithin: 300 } }),
          refusal(/later than the 300 that 'failoverWithin' promises/),
        );
      },
    },
  ];
}

function affinityRules(kind: LoadBalancerUnderTest, rendered: Render): ContractRule[] {
  const withSticky = (path: string, affinity: Affinity): RenderedPool => {
    const trial = new Trial(kind);
    trial.deployment.content.addStickyPath(path, affinity);
    return trial.read();
  };
  return [
    {
      rule: "clients are not kept at a cluster unless asked for",
      check: () => {
        const { affinity, stickyPaths } = rendered();
        assert.deepEqual([affinity, stickyPaths], ["none", []]);
      },
    },
    ...ALL_AFFINITIES.map((affinity) =>
      kind.affinities.includes(affinity)
        ? {
            rule: `affinity by ${affinity.kind} for all paths`,
            check: () => assert.equal(rendered({ affinity }).affinity, affinity.kind),
          }
        : {
            rule: `affinity by ${affinity.kind} for all paths is refused, since the kind does not have it`,
            check: () =>
              assert.throws(() => rendered({ affinity }), refusal(new RegExp(`no affinity by ${affinity.kind}`))),
          },
    ),
    ...ALL_AFFINITIES.map((affinity) =>
      kind.pathAffinities.includes(affinity)
        ? {
            rule: `affinity by ${affinity.kind} for some paths`,
            check: () => {
              const pool = withSticky("/cart", affinity);
              assert.deepEqual(
                [pool.affinity, pool.stickyPaths],
                ["none", [{ path: "/cart", affinity: affinity.kind }]],
              );
            },
          }
        : {
            rule: `affinity by ${affinity.kind} for some paths is refused, since the kind does not have it`,
            check: () =>
              assert.throws(
                () => withSticky("/cart", affinity),
                refusal(new RegExp(`no affinity by ${affinity.kind} for single paths, and '/cart' asks for it`)),
              ),
          },
    ),
  ];
}

function drainRules(kind: LoadBalancerUnderTest, rendered: Render): ContractRule[] {
  return [
    {
      rule: "a drained cluster stays a member, and gets no new requests",
      check: () => {
        const { members } = new Trial(kind, { clusters: 3, props: { drainedClusters: ["host2"] } }).read();
        assert.deepEqual(members.map(({ address, isDrained }) => [address, isDrained]).sort(), [
          ["10.0.0.11", false],
          ["10.0.0.12", true],
          ["10.0.0.13", false],
        ]);
      },
    },
    {
      rule: "not all clusters can be drained",
      check: () =>
        assert.throws(() => rendered({ drainedClusters: ["host1", "host2"] }), refusal(/all clusters are drained/)),
    },
  ];
}

function tlsRules(kind: LoadBalancerUnderTest): ContractRule[] {
  const { create, createWithTls } = kind;
  const rule = (name: string, scheme: string, make: typeof create): ContractRule => ({
    rule: name,
    check: () => {
      const trial = new Trial({ ...kind, create: make });
      const isTls = scheme === "https";
      assert.equal(trial.loadBalancer.usesTls, isTls);
      assert.equal(trial.read().usesTls, isTls);
      assert.ok(String(trial.output("entry_url")).startsWith(`${scheme}://`));
    },
  });
  return [
    rule("clients speak HTTP to it, unless it is given TLS", "http", create),
    ...(createWithTls ? [rule("clients speak TLS to it when it is given that", "https", createWithTls)] : []),
  ];
}

function memberTlsRule({ memberTls }: LoadBalancerUnderTest, rendered: Render): ContractRule {
  const ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const certificate = TlsCertificate.fromHostFile("/etc/ssl/private/zato.pem");
  const withTls = (): RenderedPool => rendered({ zatoLoadBalancer: { tls: { certificate, ca } } });
  return memberTls
    ? {
        rule: "clusters that speak TLS are reached on their port for that",
        check: () =>
          assert.deepEqual(
            withTls().members.map(({ port }) => port),
            [11224, 11224],
          ),
      }
    : {
        rule: "clusters that speak TLS are refused, since the kind does not",
        check: () => assert.throws(withTls, refusal(/does not speak TLS to clusters/)),
      };
}

function nameRules(kind: LoadBalancerUnderTest): ContractRule[] {
  return [
    {
      rule: `it takes a name of ${kind.longestId.length} characters`,
      check: () => assert.equal(new Trial(kind, { id: kind.longestId }).read().members.length, 2),
    },
    ...kind.refusedIds.map((id) => ({
      rule: `it refuses the name '${id}'`,
      check: () => assert.throws(() => new Trial(kind, { id }).read(), refusal(/name/)),
    })),
    {
      rule: "it takes the names of clusters as long as they may be",
      check: () => {
        const trial = new Trial(kind, { hostIds: ["a".repeat(32), "b".repeat(32)] });
        assert.equal(trial.read().members.length, 2);
      },
    },
  ];
}

/** What `assert.throws` compares an error with, be it thrown at once or with all findings of synth. */
function refusal(message: RegExp): { message: RegExp } {
  return { message };
}
