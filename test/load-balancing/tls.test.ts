import { TerraformVariable } from "cdktf";
import {
  Affinity,
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  HaproxyLoadBalancerProps,
  HighAvailabilityDeployment,
  DeploymentOfHostsProps,
  Secret,
  TlsCertificate,
  ZatoCluster,
  ZatoLoadBalancerTls,
} from "cdktf-zato";
import { INSTALLATION, newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const FILE = TlsCertificate.fromHostFile("/etc/ssl/private/edge.pem");

interface Options {
  readonly props?: Partial<HaproxyLoadBalancerProps>;
  readonly deployment?: Partial<DeploymentOfHostsProps>;
}

function edge({ props, deployment }: Options = {}): { template: Template; edge: HaproxyLoadBalancer } {
  const stack = newStack();
  const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
  const made = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100", ...props });
  newDeployment(stack, { hosts, loadBalancer: made, ...deployment });
  return { template: Template.synth(stack), edge: made };
}

const configOf = (options: Options): string => edge(options).template.manifest("edge/host1").files.config ?? "";

describe("for clients", () => {
  test("there is none unless asked for", () => {
    const config = configOf({});
    expect(config).not.toMatch(/ ssl |ssl-default/);
    expect(edge().edge.usesTls).toBe(false);
  });

  test("with a certificate, HTTPS is on port 443 after Mozilla's intermediate configuration, and HTTP leads there", () => {
    const { template, edge: made } = edge({ props: { certificate: FILE } });
    const { files, parameters } = template.manifest("edge/host1");
    expect(files.config).toContain(
      "    bind 10.0.0.100:443 transparent ssl crt /etc/ssl/private/edge.pem alpn h2,http/1.1 curves X25519:prime256v1:secp384r1\n" +
        "    bind 10.0.0.100:80 transparent\n" +
        "    maxconn 4000\n",
    );
    expect(files.config).toContain("    http-request redirect scheme https code 308 unless { ssl_fc }\n");
    expect(files.config).toContain(
      "ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets\n",
    );
    expect(files.config).toContain("    user haproxy\n    group haproxy\n");
    expect(parameters.entry_url).toBe("https://10.0.0.100:443/zato/ping");
    expect([made.entryPort, made.usesTls, template.output("zato_entry_url")]).toEqual([
      443,
      true,
      "https://10.0.0.100",
    ]);
  });

  test.each([
    ["another port", { port: 8443 }],
    ["no redirect", { redirectHttp: false }],
  ])("with %s, port 80 is left alone", (_, props) => {
    const config = configOf({ props: { certificate: FILE, ...props } });
    expect(config).not.toMatch(/:80 |redirect scheme/);
  });

  test("a certificate from a variable is uploaded apart, and its version says when it is renewed", () => {
    const stack = newStack();
    const secret = Secret.fromVariable(new TerraformVariable(stack, "pem", {}), { version: "7" });
    const hosts = [newHost(stack, "host1")];
    const certificate = TlsCertificate.fromSecret(secret);
    newDeployment(stack, { hosts, loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, certificate }) });
    const template = Template.synth(stack);
    const { files, parameters } = template.manifest("edge/host1");
    expect(files.config).toContain("bind 0.0.0.0:443 ssl crt /etc/zato-edge/certificate.pem ");
    expect(parameters).toMatchObject({ certificate: "/etc/zato-edge/certificate.pem", secrets: "certificate given" });
    expect(template.state("edge/host1").triggers?.secret_certificate).toBe("7");
    expect(template.state("edge/host1").provisioner?.[2]?.file).toEqual({
      content: "${var.pem}",
      destination: ".cdktf-zato/edge.${self.id}.secret.certificate",
    });
    expect(template.preflight("host1").parameters.files).toBeUndefined();
  });

  test("a file of the user's own must be on the hosts before anything changes", () => {
    const { template } = edge({ props: { certificate: FILE } });
    expect(template.preflight("host2").parameters.files).toBe("/etc/ssl/private/edge.pem");
    expect(template.manifest("edge/host2").parameters).toMatchObject({
      certificate: "/etc/ssl/private/edge.pem",
      certificate_file: "/etc/ssl/private/edge.pem",
    });
  });
});

describe("on to the clusters", () => {
  const tls = (more: Partial<ZatoLoadBalancerTls> = {}): Partial<DeploymentOfHostsProps> => ({
    zatoLoadBalancer: { tls: { certificate: FILE, ca: CA, ...more } },
  });

  test("members are verified by the authority, in requests and in checks", () => {
    const { template } = edge({ deployment: tls() });
    const { files, parameters } = template.manifest("edge/host1");
    expect(files.config).toContain(
      "server host1 10.0.0.11:11224 check inter 2s fastinter 500ms rise 2 fall 2 maxconn 2000 ssl verify required " +
        "ca-file /etc/zato-edge/members-ca.pem pool-max-conn 128 tcp-ut 500ms\n",
    );
    expect(files.config).toContain("ssl-default-server-options ssl-min-ver TLSv1.2 no-tls-tickets\n");
    expect(files.members_ca).toBe(CA);
    expect(parameters).toMatchObject({ members: "10.0.0.11:11224\n10.0.0.12:11224", server_name: "" });
  });

  test("a name is asked for and verified", () => {
    const config = configOf({
      deployment: { ...tls({ serverName: "zato.internal", port: 11225 }), affinity: Affinity.COOKIE },
    });
    expect(config).toContain(
      "server host2 10.0.0.12:11225 check inter 2s fastinter 500ms rise 2 fall 2 maxconn 2000 ssl verify required ca-file " +
        "/etc/zato-edge/members-ca.pem sni str(zato.internal) check-sni zato.internal verifyhost zato.internal cookie host2 " +
        "pool-max-conn 128 tcp-ut 500ms\n",
    );
  });

  test("who runs another balancer reads from the output how to know the clusters", () => {
    const stack = newStack();
    newDeployment(stack, {
      ...tls({ serverName: "zato.internal" }),
      loadBalancer: new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" }),
    });
    expect(Template.synth(stack).output("zato_pool")).toMatchObject({
      members: [{ port: 11224 }, { port: 11224 }],
      tls: { ca: CA, server_name: "zato.internal" },
    });
  });

  test("fails for a kind of balancer that cannot", () => {
    class Simple extends ExistingLoadBalancer {
      protected override readonly abilities = { kind: "a simple balancer", affinities: [], pathAffinities: [] };
    }
    const stack = newStack();
    newDeployment(stack, { ...tls(), loadBalancer: new Simple(stack, "edge", { address: "192.0.2.10" }) });
    expect(() => Template.synth(stack)).toThrow(
      /\[stack\/edge\] a simple balancer does not speak TLS to clusters; leave 'tls' out of the clusters' 'zatoLoadBalancer'/,
    );
  });

  test("fails for clusters that do not speak it all alike", () => {
    const stack = newStack();
    const zatoLoadBalancer = { tls: { certificate: FILE, ca: CA } };
    const clusters = [
      new ZatoCluster(stack, "a", { host: newHost(stack, "host1"), installation: INSTALLATION, zatoLoadBalancer }),
      new ZatoCluster(stack, "b", { host: newHost(stack, "host2"), installation: INSTALLATION }),
    ];
    new HighAvailabilityDeployment(stack, "zato", {
      clusters,
      loadBalancer: new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" }),
    });
    expect(() => Template.synth(stack)).toThrow(
      /the clusters' load-balancers do not all speak TLS, or not with the same/,
    );
  });
});

describe("fails for", () => {
  const generated = TlsCertificate.fromSecret(Secret.generated());
  const key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";

  test.each<[string, Options, string | RegExp]>([
    [
      "a certificate that nobody gives",
      { props: { certificate: generated } },
      /stack\/edge: a certificate cannot be generated on a host; give it as TlsCertificate.fromSecret/,
    ],
    [
      "a relative file",
      { props: { certificate: TlsCertificate.fromHostFile("edge.pem") } },
      /the certificate file is 'edge.pem'; give an absolute path/,
    ],
    [
      "a redirect without a certificate",
      { props: { redirectHttp: true } },
      /'redirectHttp' sends clients on to HTTPS on port 443, where nothing answers them; give a 'certificate'/,
    ],
    [
      "a redirect to another port",
      { props: { redirectHttp: true, certificate: FILE, port: 8443 } },
      /where nothing answers them/,
    ],
    [
      "an authority that is none",
      { deployment: { zatoLoadBalancer: { tls: { certificate: FILE, ca: "/etc/ssl/ca.pem" } } } },
      /stack\/zato\/host1\/load-balancer: 'ca' of a Zato load-balancer is not made of certificates alone; give the text/,
    ],
    [
      "an authority with its private key, which would be in the state",
      { deployment: { zatoLoadBalancer: { tls: { certificate: FILE, ca: CA + key } } } },
      /is not made of certificates alone/,
    ],
    [
      "a name that would be more than a name",
      { deployment: { zatoLoadBalancer: { tls: { certificate: FILE, ca: CA, serverName: "a) verify none #" } } } },
      /'a\) verify none #' is no name that the clusters' certificates are for; give a DNS name/,
    ],
    [
      "the port of something else",
      { deployment: { zatoLoadBalancer: { tls: { certificate: FILE, ca: CA, port: 11223 } } } },
      /port 11223 of the Zato load-balancer with TLS is already used by the Zato load-balancer of/,
    ],
  ])("%s", (_, options, message) => {
    expect(() => edge(options)).toThrow(message);
  });
});
