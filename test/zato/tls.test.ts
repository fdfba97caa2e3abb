import { TerraformVariable } from "cdktf";
import {
  Secret,
  TlsCertificate,
  WebAdminOptions,
  ZatoClusterProps,
  ZatoLoadBalancerOptions,
  ZatoLoadBalancerTls,
  ZatoRelease,
} from "cdktf-zato";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const FILE = TlsCertificate.fromHostFile("/etc/ssl/private/zato.pem");

function synth(props: Partial<ZatoClusterProps>): Template {
  const stack = newStack();
  newCluster(stack, props);
  return Template.synth(stack);
}

describe("the load-balancer", () => {
  const tls = { certificate: FILE, ca: CA };

  test("speaks TLS on a port of its own, and leaves the other to its own host", () => {
    const template = synth({ zatoLoadBalancer: { tls } });
    const { config } = template.manifest("a/load-balancer").files;
    expect(config).toContain(
      "    bind 127.0.0.1:11223\n    bind 0.0.0.0:11224 ssl crt /etc/zato/a/load-balancer/certificate.pem " +
        "alpn http/1.1 curves X25519:prime256v1:secp384r1\n",
    );
    expect(config).toContain("ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets\n");
    expect(template.manifest("a/registration").parameters.lb_port).toBe("11223");
  });

  test("keeps the plain port open where the balancer in front still changes over", () => {
    const config = synth({ zatoLoadBalancer: { tls: { ...tls, keepPlainPort: true } } }).manifest("a/load-balancer")
      .files.config;
    expect(config).toContain("    bind 0.0.0.0:11223\n    bind 0.0.0.0:11224 ssl ");
  });

  test.each<
    [
      string,
      Pick<ZatoLoadBalancerOptions, "port" | "formerPort">,
      Partial<ZatoLoadBalancerTls> | undefined,
      string[],
      number[],
    ]
  >([
    ["another port", { port: 11300, formerPort: 11223 }, undefined, ["0.0.0.0:11300", "0.0.0.0:11223"], [11300, 11223]],
    [
      "another port with TLS",
      {},
      { port: 11301, formerPort: 11224 },
      ["127.0.0.1:11223", "0.0.0.0:11301 ssl", "0.0.0.0:11224 ssl"],
      [11301, 11224],
    ],
    [
      "another port for its own host",
      { port: 11300, formerPort: 11223 },
      {},
      ["127.0.0.1:11300", "127.0.0.1:11223", "0.0.0.0:11224 ssl"],
      [11224],
    ],
    [
      "another port while TLS comes",
      { port: 11300, formerPort: 11223 },
      { keepPlainPort: true },
      ["0.0.0.0:11300", "0.0.0.0:11223", "0.0.0.0:11224 ssl"],
      [11224, 11300, 11223],
    ],
  ])(
    "is still reached by the former port where the balancer in front changes over to %s",
    (_, ports, withTls, binds, admitted) => {
      const stack = newStack();
      newCluster(stack, {
        host: newHost(stack, "host1", { firewall: {} }),
        zatoLoadBalancer: { ...ports, ...(withTls && { tls: { ...tls, ...withTls } }) },
      });
      const template = Template.synth(stack);
      const { files, parameters } = template.manifest("a/load-balancer");
      expect(files.config!.match(/(?<=^ {4}bind )\S+( ssl)?/gm)).toEqual(binds);
      expect(parameters.health_url).toBe(`http://127.0.0.1:${ports.port ?? 11223}/zato/ping`);
      const ingress = template.manifest("host1/firewall").files.ingress!;
      expect([...ingress.matchAll(/(?<=^tcp )\d+(?= any the Zato load-balancer$)/gm)].map(Number).sort()).toEqual(
        admitted.sort(),
      );
    },
  );

  test.each<[ZatoLoadBalancerOptions, string]>([
    [
      { formerPort: 11223 },
      "port 11223 of the Zato load-balancer until now is already used by the Zato load-balancer of",
    ],
    [{ formerPort: 8183 }, "port 8183 of web-admin is already used by the Zato load-balancer until now of"],
    [{ formerPort: 70000 }, "70000"],
    [
      { tls: { ...tls, formerPort: 11223 } },
      "port 11223 of the Zato load-balancer with TLS until now is already used by",
    ],
  ])("%j is refused", (zatoLoadBalancer, message) => {
    expect(() => newCluster(newStack(), { zatoLoadBalancer })).toThrow(message);
  });

  test("reads a file that only root can read, at each start and reload", () => {
    const { files, parameters } = synth({ zatoLoadBalancer: { tls } }).manifest("a/load-balancer");
    const fetch =
      "+/usr/bin/install -m 0640 -o root -g zato /etc/ssl/private/zato.pem /etc/zato/a/load-balancer/certificate.pem\n";
    expect(files.unit).toContain(`ExecStartPre=${fetch}ExecStartPre=/usr/sbin/haproxy -c `);
    expect(files.unit).toContain(`ExecReload=${fetch}ExecReload=/usr/sbin/haproxy -c `);
    expect(parameters).toMatchObject({ certificate_file: "/etc/ssl/private/zato.pem" });
  });

  test("its address is that with TLS", () => {
    const cluster = newCluster(newStack(), { zatoLoadBalancer: { tls: { ...tls, port: 12000 } } });
    expect([cluster.loadBalancer.address, cluster.loadBalancer.port]).toEqual(["10.0.0.11:12000", 11223]);
  });
});

describe("web-admin", () => {
  test.each([ZatoRelease.V3_3, ZatoRelease.V3_2])("of %j is reached by HTTPS through the load-balancer", (release) => {
    const template = synth({ release, webAdmin: { bindAddress: "0.0.0.0", certificate: FILE, tlsPort: 9443 } });
    const { config } = template.manifest("a/load-balancer").files;
    expect(config).toContain(
      "\nfrontend front_web_admin\n" +
        "    bind 0.0.0.0:9443 ssl crt /etc/zato/a/load-balancer/web_admin_certificate.pem alpn http/1.1 curves " +
        "X25519:prime256v1:secp384r1\n",
    );
    expect(config).toContain(
      "    http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]\n" +
        "    http-request replace-header Origin ^https://(.*) http://\\1\n" +
        "    http-response replace-header Set-Cookie (.*) \\1;\\ Secure\n" +
        "    default_backend bck_web_admin\n\n" +
        "backend bck_web_admin\n    http-reuse never\n    server web-admin 127.0.0.1:8183\n",
    );
    const { parameters } = template.manifest("a/web-admin");
    expect(parameters.address).toBe("127.0.0.1:8183");
    expect(["", "127.0.0.1"]).toContain(parameters.bind);
  });

  test.each<[WebAdminOptions, string]>([
    [{ certificate: FILE }, "https://127.0.0.1:8184/"],
    [{ certificate: FILE, bindAddress: "10.0.0.11" }, "https://10.0.0.11:8184/"],
    [{ certificate: FILE, bindAddress: "0.0.0.0", tlsPort: 9443 }, "https://10.0.0.11:9443/"],
  ])("with %j is found at %s", (webAdmin, url) => {
    expect(newCluster(newStack(), { webAdmin }).webAdmin.url).toBe(url);
  });

  test("refuses whoever is in none of the networks", () => {
    const allowedNetworks = ["10.9.0.0/16", "2001:db8::/32"];
    const { config } = synth({ webAdmin: { certificate: FILE, allowedNetworks } }).manifest("a/load-balancer").files;
    expect(config).toContain("    tcp-request connection reject unless { src -n 10.9.0.0/16 2001:db8::/32 }\n");
  });

  test("has a certificate of its own", () => {
    const stack = newStack();
    const secret = Secret.fromVariable(new TerraformVariable(stack, "pem", {}));
    newCluster(stack, {
      webAdmin: { certificate: TlsCertificate.fromSecret(secret) },
      zatoLoadBalancer: { tls: { certificate: FILE, ca: CA } },
    });
    const { parameters } = Template.synth(stack).manifest("a/load-balancer");
    expect(parameters.secrets).toBe("web_admin_certificate given");
    expect(parameters.web_admin_certificate_file).toBeUndefined();
    expect(parameters.certificate_file).toBe("/etc/ssl/private/zato.pem");
  });

  test.each<[WebAdminOptions, RegExp]>([
    [{ allowedNetworks: ["10.0.0.0/8"] }, /nothing keeps others than 'allowedNetworks' from web-admin/],
    [{ certificate: FILE, allowedNetworks: ["office"] }, /'office' is no network from which web-admin is reached/],
    [{ certificate: FILE, tlsPort: 8183 }, /port 8183 of web-admin with TLS is already used by web-admin/],
    [{ certificate: TlsCertificate.fromHostFile("a b") }, /the certificate file is 'a b'/],
  ])("fails for %j", (webAdmin, message) => {
    expect(() => newCluster(newStack(), { webAdmin })).toThrow(message);
  });
});
