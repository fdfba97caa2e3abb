import { TerraformVariable } from "cdktf";
import {
  Affinity,
  AlarmDelivery,
  ContentObject,
  EnmasseObjects,
  ExistingZatoCluster,
  ExistingZatoClusterProps,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  OdbDatabase,
  RedisConnection,
  RemoteComponent,
  Secret,
  SqlEngine,
  TlsCertificate,
  ZatoAccess,
  ZatoClusterProps,
  ZatoInstallation,
  ZatoRelease,
} from "cdktf-zato";
import { RdsPostgresql } from "cdktf-zato/aws";
import { F5BigIpLoadBalancer, F5BigIpLoadBalancerProps } from "cdktf-zato/f5";
import { IConstruct } from "constructs";
import { existingNetwork, newAwsStack, newEc2Host } from "../aws/support/stack";
import { newCluster, newDeployment, newHost, newStack, SSH } from "../support/stack";
import { Template } from "../support/template";
import { takersOfOpaqueValues } from "./support/takers";

/** Gives a value that is not what it is taken for, as JavaScript can. */
type Give = (value: never) => unknown;

const password = (): Secret => Secret.fromVariable(new TerraformVariable(newStack(), "password", {}));

const cluster = (props: Partial<ZatoClusterProps>): unknown => newCluster(newStack(), props);

const content = (give: (deployment: HighAvailabilityDeployment) => unknown): unknown => give(newDeployment(newStack()));

const existing = (props: Partial<ExistingZatoClusterProps>, scope: IConstruct = newStack()): unknown =>
  new ExistingZatoCluster(scope, "old", { address: "10.0.0.11", ...props });

const f5 = (props: Partial<F5BigIpLoadBalancerProps>): unknown =>
  new F5BigIpLoadBalancer(newStack(), "edge", { virtualAddress: "192.0.2.10", tenant: "Zato", ...props });

const DATABASE = { host: "db.internal", database: "billing", username: "billing" };

/** How each of them is given something. */
const TAKERS: Readonly<Record<string, Give>> = {
  "AlarmDelivery.webhook": (address) => newDeployment(newStack(), { alarms: { to: AlarmDelivery.webhook(address) } }),
  "AlarmDeliveryOptions.token": (token) =>
    newDeployment(newStack(), { alarms: { to: AlarmDelivery.webhook(password(), { token }) } }),
  "AlarmsOptions.to": (to) => newDeployment(newStack(), { alarms: { to } }),
  "ApiKeyProps.key": (key) => content((zato) => zato.content.addApiKey("Partner", { key })),
  "BackupOptions.delivery": (delivery) => cluster({ backup: { delivery } }),
  "BackupOptions.schedule": (schedule) => cluster({ backup: { schedule } }),
  "BasicAuthProps.password": (value) =>
    content((zato) => zato.content.addBasicAuth("Partner", { username: "partner", password: value })),
  "ClusterContent.addEnmasseObjects": (objects) => content((zato) => zato.content.addEnmasseObjects(objects)),
  "ClusterContent.addStickyPath": (affinity) => content((zato) => zato.content.addStickyPath("/ws", affinity)),
  "ContentObjectProps.secrets": (secret) =>
    new ContentObject(newStack(), { section: "security", name: "Partner", fields: {}, secrets: { secret } }),
  "HooksOfDeployment.afterCluster": (afterCluster) => newDeployment(newStack(), { afterCluster }),
  "HooksOfDeployment.afterRollout": (afterRollout) => newDeployment(newStack(), { afterRollout }),
  "HooksOfDeployment.beforeRollout": (beforeRollout) => newDeployment(newStack(), { beforeRollout }),
  "DeploymentOptions.affinity": (affinity) => newDeployment(newStack(), { affinity }),
  "EnmasseObjectsProps.secrets": (secret) =>
    content((zato) =>
      zato.content.addEnmasseObjects(
        EnmasseObjects.fromObject(
          { security: [{ name: "Partner", type: "apikey", username: "k", password: "Zato_Enmasse_Env.KEY" }] },
          { secrets: { KEY: secret } },
        ),
      ),
    ),
  "ExistingDatabaseProps.password": (value) =>
    cluster({ odb: OdbDatabase.postgresql({ ...DATABASE, password: value }) }),
  "ExistingZatoClusterProps.access": (access) => existing({ access }),
  "ExistingZatoClusterProps.release": (release) => existing({ release }),
  "F5BigIpLoadBalancerProps.snat": (snat) => f5({ snat }),
  "F5BigIpLoadBalancerProps.tls": (tls) => f5({ tls }),
  "HaproxyLoadBalancerProps.certificate": (certificate) => {
    const stack = newStack();
    new HaproxyLoadBalancer(stack, "edge", { hosts: [newHost(stack, "host1")], certificate });
  },
  "ImageProps.password": (password) => {
    const image = `registry.example.com/zato@sha256:${"0".repeat(64)}`;
    cluster({ installation: ZatoInstallation.image({ image, username: "puller", password }) });
  },
  "JwtProps.password": (value) =>
    content((zato) => zato.content.addJwt("Partner", { username: "partner", password: value })),
  "LocalPostgresqlProps.password": (value) => cluster({ odb: OdbDatabase.localPostgresql({ password: value }) }),
  "OutgoingRestProps.security": (security) =>
    content((zato) => zato.content.addOutgoingRest("Partner", { host: "https://api.example.com", security })),
  "RdsPostgresqlProps.password": (value) => {
    const stack = newAwsStack();
    new RdsPostgresql(stack, "odb", { host: newEc2Host(stack, "host1", existingNetwork(stack)), password: value });
  },
  "RedisConnectionProps.password": (value) =>
    cluster({ redis: RedisConnection.of({ host: "redis.internal", password: value }) }),
  "RestChannelProps.affinity": (affinity) =>
    content((zato) => zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders", affinity })),
  "RestChannelProps.security": (security) =>
    content((zato) => zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders", security })),
  "SmtpConnectionProps.password": (value) =>
    content((zato) =>
      zato.content.addSmtpConnection("Mail", { host: "mail.internal", pingAddress: "a@example.com", password: value }),
    ),
  "SqlConnectionProps.engine": (engine) =>
    content((zato) => zato.content.addSqlConnection("Billing", { ...DATABASE, engine, password: password() })),
  "SqlConnectionProps.password": (value) =>
    content((zato) =>
      zato.content.addSqlConnection("Billing", { ...DATABASE, engine: SqlEngine.MYSQL, password: value }),
    ),
  "SshAccessProps.key": (key) => newHost(newStack(), "host1", { ssh: { ...SSH, key } }),
  "TlsCertificate.fromSecret": (pem) => cluster({ webAdmin: { certificate: TlsCertificate.fromSecret(pem) } }),
  "WebAdminOptions.certificate": (certificate) => cluster({ webAdmin: { certificate } }),
  "WebAdminOptions.password": (value) => cluster({ webAdmin: { password: value } }),
  "ZatoAccessOnHostProps.adminInvokePassword": (adminInvokePassword) => {
    const host = newHost(newStack(), "host1");
    const servers = ["/opt/zato/env/qs-1/server1"];
    existing({ access: ZatoAccess.onHost({ host, servers, adminInvokePassword }) }, host);
  },
  "ZatoClusterOptions.adminInvokePassword": (adminInvokePassword) => cluster({ adminInvokePassword }),
  "ZatoClusterOptions.installation": (installation) => cluster({ installation }),
  "ZatoClusterOptions.jwtSecret": (jwtSecret) => cluster({ jwtSecret }),
  "ZatoClusterOptions.odb": (odb) => cluster({ odb }),
  "ZatoClusterOptions.redisPassword": (redisPassword) => cluster({ release: ZatoRelease.V4_1, redisPassword }),
  "ZatoClusterOptions.release": (release) => cluster({ release }),
  "ZatoClusterOptions.secretKey": (secretKey) => cluster({ secretKey }),
  "ZatoClusterOptions.workers": (workers) => cluster({ workers }),
  "ZatoClusterProps.redis": (redis) => cluster({ redis }),
  "ZatoLoadBalancerTls.certificate": (certificate) => cluster({ zatoLoadBalancer: { tls: { certificate, ca: "" } } }),
};

/** What only the library itself gives, or who writes a kind of load balancer or cluster of his own, by the construct that it is for. */
const NOT_OF_USERS =
  /^(ComponentState|ContentPlace|LoadBalancer(Abilities|Pool|UnderTest)|Rendered(Pool|StickyPath)|StickyPath)\./;

test("every property and method that takes an opaque value is tried out here", () => {
  expect(Object.keys(TAKERS).sort()).toEqual(takersOfOpaqueValues().filter((taker) => !NOT_OF_USERS.test(taker)));
});

describe.each(Object.entries(TAKERS))(
  "without TypeScript, %s refuses with the place and the way out",
  (taker, give) => {
    test.each([
      ["text", "/Common/esb.example.com"],
      ["an empty text", ""],
      ["a number", 4],
      ["an object", {}],
      ["a value of another class", /affinity|addStickyPath/.test(taker) ? SqlEngine.MYSQL : Affinity.NONE],
    ])("%s", (_kind, value) => {
      expect(() => give(value as never)).toThrow(
        expect.objectContaining({
          name: "ConstructError",
          message: expect.stringMatching(/^stack\S*: .* no \w+; give \S/) as string,
        }) as Error,
      );
    });
  },
);

test("a message says the text that was given, and how the value is made", () => {
  expect(() => TAKERS["F5BigIpLoadBalancerProps.tls"]!("/Common/esb" as never)).toThrow(
    "stack/edge: 'tls' is '/Common/esb', and no F5Tls; give F5Tls.profile(…) or F5Tls.certificate(…)",
  );
  expect(() => TAKERS["F5BigIpLoadBalancerProps.snat"]!("none" as never)).toThrow(
    "stack/edge: 'snat' is 'none', and no F5Snat; give F5Snat.pool(…) or F5Snat.AUTO or F5Snat.NONE",
  );
});

test("no message repeats what may be a secret", () => {
  expect(() => cluster({ secretKey: "opensesame" as never })).toThrow(/^(?!.*opensesame)/s);
  expect(() => TAKERS["SshAccessProps.key"]!("-----BEGIN KEY-----\nopensesame" as never)).toThrow(/^(?!.*opensesame)/s);
});

test("a value of another copy of the library is as good", () => {
  jest.isolateModules(() => {
    const other = jest.requireActual<{ readonly Affinity: typeof Affinity }>("../../lib");
    expect(other.Affinity).not.toBe(Affinity);
    const stack = newStack();
    newDeployment(stack).content.addStickyPath("/ws", other.Affinity.COOKIE);
  });
});

test("a component of a user's own is refused a secret that is none", () => {
  class Own extends RemoteComponent {
    protected override state(): { parameters: Record<string, string>; secrets: Record<string, Secret> } {
      return { parameters: {}, secrets: { token: "opensesame" as unknown as Secret } };
    }
  }
  const stack = newStack();
  const host = newHost(stack, "host1");
  new Own(host, "own", { host, kind: "backup", name: "own" });
  expect(() => Template.synth(stack)).toThrow(/stack\/host1\/own: .*'token' is of the type string, and no Secret/);
});
