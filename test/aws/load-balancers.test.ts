import { TerraformVariable } from "cdktf";
import { Affinity, PhysicalHostProps } from "cdktf-zato";
import { AwsNetwork } from "cdktf-zato/aws";
import { newDeployment, newHost } from "../support/stack";
import { BalancerInput, KINDS, newBalanced, synthBalanced } from "./support/balancer";
import { AwsTemplate, CERTIFICATE, existingNetwork, newAwsStack, newEc2Host, newNetwork, ZONES } from "./support/stack";

const SLOW = { interval: 5, timeout: 2 };

const BOTH = Object.keys(KINDS) as (keyof typeof KINDS)[];

describe.each(BOTH)("%s", (kind) => {
  test("stands in both zones, protected, under its id", () => {
    expect(synthBalanced({ kind }).one("aws_lb")).toMatchObject({
      name: "edge",
      internal: false,
      subnets: ["subnet-0a1b2c30", "subnet-0a1b2c31"],
      enable_deletion_protection: true,
    });
  });

  test("asks for /zato/ping, and believes 200 alone", () => {
    expect(synthBalanced({ kind }).one("aws_lb_target_group").health_check).toEqual({
      enabled: true,
      protocol: "HTTP",
      port: "traffic-port",
      path: "/zato/ping",
      matcher: "200",
      interval: 5,
      timeout: 2,
      healthy_threshold: 2,
      unhealthy_threshold: 2,
    });
  });

  test("takes a slower health check as it is", () => {
    const healthCheck = { path: "/up", interval: 7, timeout: 3, rise: 4, fall: 5 };
    expect(synthBalanced({ kind, healthCheck }).one("aws_lb_target_group").health_check).toMatchObject({
      path: "/up",
      interval: 7,
      timeout: 3,
      healthy_threshold: 4,
      unhealthy_threshold: 5,
    });
  });

  test("has all clusters as targets, by instance, once they are ready", () => {
    const template = synthBalanced({ kind });
    const targets = template.all("aws_lb_target_group_attachment");
    expect(template.one("aws_lb_target_group")).toMatchObject({ target_type: "instance", port: 11223 });
    expect(targets.map(({ target_id, port }) => ({ target_id, port }))).toEqual([
      { target_id: expect.stringMatching(/aws_instance\.host1_\w+\.id/) as string, port: 11223 },
      { target_id: expect.stringMatching(/aws_instance\.host2_\w+\.id/) as string, port: 11223 },
    ]);
    // Each its own: a cluster that cannot be deployed keeps no other out.
    expect(targets.map(({ depends_on }) => depends_on)).toEqual(
      ["host1", "host2"].map((host) => [template.template.addressOf(`${host}/cluster/state`)]),
    );
  });

  test("has machines outside AWS as targets, by address, and says where they are outside the VPC", () => {
    // GIVEN
    const stack = newAwsStack();
    const hosts = [newHost(stack, "host1"), newHost(stack, "host2", { address: "192.168.7.12" })];

    // WHEN
    const template = synthBalanced({ kind, stack, hosts });

    // THEN
    expect(template.one("aws_lb_target_group").target_type).toBe("ip");
    expect(template.one("aws_lb_target_group_attachment", "host1")).toMatchObject({ target_id: "10.0.0.11" });
    expect(template.one("aws_lb_target_group_attachment", "host1")).not.toHaveProperty("availability_zone");
    expect(template.one("aws_lb_target_group_attachment", "host2")).toMatchObject({
      target_id: "192.168.7.12",
      availability_zone: "all",
    });
    expect(template.one("aws_vpc_security_group_egress_rule", "to-host2")).toMatchObject({
      cidr_ipv4: "192.168.7.12/32",
      from_port: 11223,
      to_port: 11223,
    });
  });

  test("takes nobody for outside of a VPC of which nobody knows the addresses", () => {
    const stack = newAwsStack();
    const block = new TerraformVariable(stack, "block", {}).stringValue;
    const subnets = existingNetwork(stack).subnets;
    const network = AwsNetwork.fromAttributes(stack, "vpc", { vpcId: "vpc-0a1b2c3d", cidrBlocks: [block], subnets });
    const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
    expect(() => synthBalanced({ kind, stack, props: { network }, hosts })).toThrow(
      /whether the address 10.0.0.11 of host1 is in the VPC is not known before apply, .*; give concrete 'cidrBlocks' to stack\/vpc/,
    );
  });

  test("keeps its targets where another one comes first, with another port", () => {
    expect(synthBalanced({ kind }).one("aws_lb_target_group").lifecycle).toEqual({
      create_before_destroy: true,
      ignore_changes: ["port"],
    });
  });

  test("has a machine of EC2 beside one outside AWS by its private address", () => {
    // GIVEN
    const stack = newAwsStack();
    const network = newNetwork(stack, "own");
    const hosts = [newHost(stack, "host1"), newEc2Host(stack, "host2", network, { elasticIp: true })];

    // WHEN
    const template = synthBalanced({ kind, stack, props: { network }, hosts });

    // THEN
    expect(template.one("aws_lb_target_group").target_type).toBe("ip");
    expect(template.one("aws_lb_target_group_attachment", "host2").target_id).toMatch(
      /aws_instance\.host2_\w+\.private_ip/,
    );
  });

  test("and the clusters let each other in, on the one port", () => {
    const template = synthBalanced({ kind });
    const [lb, host] = ["edge", "host1"].map((id) => `\${${template.template.addressOf(`${id}/security-group`)}.id}`);
    expect(template.one("aws_vpc_security_group_ingress_rule", "edge_clusters_to-host1")).toEqual({
      security_group_id: host,
      referenced_security_group_id: lb,
      ip_protocol: "tcp",
      from_port: 11223,
      to_port: 11223,
      tags: expect.objectContaining({ Name: "stack/host1" }) as unknown,
    });
    expect(template.one("aws_vpc_security_group_egress_rule", "edge_clusters_out-to-host1")).toMatchObject({
      security_group_id: lb,
      referenced_security_group_id: host,
      ip_protocol: "tcp",
      from_port: 11223,
      to_port: 11223,
    });
    expect(
      template.all("aws_vpc_security_group_egress_rule").filter((rule) => rule.security_group_id === lb),
    ).toHaveLength(2);
  });

  test("lets in everybody, the VPC where it is internal, or who is named", () => {
    const clients = (props: BalancerInput["props"]): unknown[] =>
      synthBalanced({ kind, props })
        .all("aws_vpc_security_group_ingress_rule")
        .filter(({ description }) => description === "clients")
        .map(({ cidr_ipv4, from_port }) => [cidr_ipv4, from_port]);
    expect(clients({})).toEqual([["0.0.0.0/0", 80]]);
    expect(clients({ internal: true })).toEqual([["10.0.0.0/16", 80]]);
    expect(clients({ clientCidrs: ["198.51.100.0/24", "203.0.113.7/32"], port: 8080 })).toEqual([
      ["198.51.100.0/24", 8080],
      ["203.0.113.7/32", 8080],
    ]);
  });

  test("takes security groups of the user's", () => {
    const template = synthBalanced({ kind, props: { securityGroupIds: ["sg-0a", "sg-0b"] } });
    expect(template.one("aws_lb").security_groups).toEqual(["sg-0a", "sg-0b"]);
    expect(template.one("aws_vpc_security_group_ingress_rule", "to-host1").referenced_security_group_id).toBe("sg-0a");
    expect(template.all("aws_vpc_security_group_egress_rule").map(({ cidr_ipv4 }) => cidr_ipv4)).toEqual([
      "0.0.0.0/0",
      "0.0.0.0/0",
    ]);
  });

  test("lets requests end when a cluster leaves: as long as one may take, or as told", () => {
    const delay = (input: BalancerInput): unknown =>
      synthBalanced({ kind, ...input }).one("aws_lb_target_group").deregistration_delay;
    expect(delay({})).toBe("60");
    expect(delay({ requestTimeout: 90 })).toBe("90");
    expect(delay({ props: { deregistrationDelay: 0 } })).toBe("0");
  });

  test("ends TLS with the certificate, by a policy of AWS's", () => {
    const listener = (props: BalancerInput["props"]): unknown =>
      synthBalanced({ kind, props: { certificateArn: CERTIFICATE, ...props } }).one("aws_lb_listener", "edge_listener");
    expect(listener({})).toMatchObject({
      port: 443,
      protocol: kind === "ApplicationLoadBalancer" ? "HTTPS" : "TLS",
      certificate_arn: CERTIFICATE,
      ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    });
    expect(listener({ tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06", port: 8443 })).toMatchObject({
      port: 8443,
      ssl_policy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
    });
  });

  test("without a certificate there is no TLS", () => {
    const template = synthBalanced({ kind });
    expect(template.all("aws_lb_listener")).toHaveLength(1);
    expect(template.one("aws_lb_listener")).toMatchObject({
      port: 80,
      protocol: kind === "ApplicationLoadBalancer" ? "HTTP" : "TCP",
    });
    expect(template.one("aws_lb_listener")).not.toHaveProperty("ssl_policy");
  });

  test("gets a record in Route 53 where there is a name for it", () => {
    // GIVEN
    const plain = newBalanced({ kind });
    const named = newBalanced({ kind, props: { dnsName: "api.example.com", hostedZoneId: "Z0A1" } });

    // THEN
    expect(AwsTemplate.synth(plain.stack).all("aws_route53_record")).toEqual([]);
    expect(named.edge.entryAddress).toBe("api.example.com");
    expect(AwsTemplate.synth(named.stack).one("aws_route53_record")).toEqual({
      zone_id: "Z0A1",
      name: "api.example.com",
      type: "A",
      alias: {
        name: expect.stringMatching(/dns_name/) as string,
        zone_id: expect.stringMatching(/zone_id/) as string,
        evaluate_target_health: true,
      },
    });
  });

  test("writes access logs where it is told to", () => {
    const props = { accessLogBucket: "logs.example.com", accessLogPrefix: "zato", certificateArn: CERTIFICATE };
    expect(synthBalanced({ kind, props }).one("aws_lb").access_logs).toEqual({
      enabled: true,
      bucket: "logs.example.com",
      prefix: "zato",
    });
    expect(synthBalanced({ kind }).one("aws_lb")).not.toHaveProperty("access_logs");
  });

  test("may be deleted where that was said", () => {
    const props = { deletionProtection: false };
    expect(synthBalanced({ kind, props }).one("aws_lb").enable_deletion_protection).toBe(false);
  });

  test("takes a name that is known after apply only", () => {
    const stack = newAwsStack();
    const loadBalancerName = new TerraformVariable(stack, "name", {}).stringValue;
    const template = synthBalanced({ kind, stack, props: { loadBalancerName } });
    expect(template.one("aws_lb").name).toBe("${var.name}");
    expect(template.one("aws_lb_target_group").name_prefix).toBe("zato-");
  });

  test("is the same when it is synthesized twice", () => {
    const { stack } = newBalanced({ kind });
    const first = AwsTemplate.synth(stack).template.text;
    expect(AwsTemplate.synth(stack).template.text).toBe(first);
  });

  test.each<[string, BalancerInput, string | RegExp]>([
    [
      "a name with a character that AWS does not take",
      { id: "my_edge" },
      "stack/my_edge: 'my_edge' cannot be the name of a load balancer in AWS (7 characters); give a 'loadBalancerName' of 1 to " +
        "32 letters, digits and hyphens that neither begins nor ends with a hyphen, nor begins with 'internal-'",
    ],
    ["a name that is too long", { props: { loadBalancerName: "a".repeat(33) } }, /\(33 characters\); give a 'load/],
    ["a name that ends with a hyphen", { props: { loadBalancerName: "edge-" } }, /'edge-' cannot be the name/],
    ["a name that AWS reserves", { props: { loadBalancerName: "internal-edge" } }, /'internal-edge' cannot be/],
    ["HTTPS without a certificate", { props: { port: 443 } }, /no certificate for HTTPS on port 443; give the 'certif/],
    ["a TLS policy without a certificate", { props: { tlsPolicy: "X" } }, /no certificate for the TLS policy 'X'/],
    ["a certificate that is none", { props: { certificateArn: "arn:aws:s3:::b" } }, /is no ARN of a certificate/],
    ["a port that is none", { props: { port: 0 } }, /the port of the load balancer is 0/],
    ["clients that are no network", { props: { clientCidrs: ["10.0.0.1/8"] } }, /'10.0.0.1\/8' is no network of cl/],
    ["a security group that is none", { props: { securityGroupIds: ["edge"] } }, /'edge' is no security group/],
    ["no security group", { props: { securityGroupIds: [] } }, /there is no security group/],
    [
      "clients that security groups would let in or not",
      { props: { securityGroupIds: ["sg-0a"], clientCidrs: ["10.0.0.0/8"] } },
      /'clientCidrs' would be ignored with 'securityGroupIds'; give either/,
    ],
    ["a record without a zone", { props: { dnsName: "api.example.com" } }, /'api.example.com' comes without a hosted/],
    ["a zone without a record", { props: { hostedZoneId: "Z0A1" } }, /'hostedZoneId' comes without a name/],
    ["a record of no name", { props: { dnsName: "a b", hostedZoneId: "Z0A1" } }, /'a b' is no DNS name/],
    [
      "a bucket that is none",
      { props: { accessLogBucket: "A", certificateArn: CERTIFICATE } },
      /'A' is no bucket of S3/,
    ],
    ["a place for logs in no bucket", { props: { accessLogPrefix: "zato" } }, /no bucket for the logs in 'zato'/],
  ])("fails for %s", (_, input, message) => {
    expect(() => newBalanced({ kind, ...input })).toThrow(message);
  });

  test.each<[string, BalancerInput, RegExp]>([
    [
      "checks that come too often",
      { healthCheck: { interval: 4 } },
      /of a health check by AWS is 4; give .* from 5 to 300/,
    ],
    ["checks that take too short", { healthCheck: { ...SLOW, timeout: 1 } }, /timeout of a health check by AWS is 1/],
    ["a single check that brings back", { healthCheck: { ...SLOW, rise: 1 } }, /'rise' of a health check by AWS is 1/],
    ["a single check that takes out", { healthCheck: { ...SLOW, fall: 1 } }, /'fall' of a health check by AWS is 1/],
    [
      "checks that overlap",
      { healthCheck: { ...SLOW, timeout: 5 } },
      /the health check may take 5 s and begins every 5 s; give it a 'timeout' that is shorter/,
    ],
    [
      "a delay that AWS does not take",
      { props: { deregistrationDelay: 3601 } },
      /seconds that requests have to end \('deregistrationDelay', or else 'requestTimeout'\) is 3601; .* to 3600/,
    ],
    [
      "requests that would be cut off when a cluster leaves",
      { requestTimeout: 3601 },
      /seconds that requests have to end \('deregistrationDelay', or else 'requestTimeout'\) is 3601; .* to 3600/,
    ],
  ])("fails at synth for %s", (_, input, message) => {
    expect(() => synthBalanced({ kind, ...input })).toThrow(message);
  });

  test.each<[string, PhysicalHostProps["address"], RegExp]>([
    [
      "a public address",
      "198.51.100.7",
      /198.51.100.7 of host1 is a public address, which a load .* VPC \(10.0.0.0\/16\)/,
    ],
    ["an IPv6 address", "2001:db8::7", /2001:db8::7 of host1 is an IPv6 address/],
    ["a name", "host1.example.com", /host1.example.com of host1 is a DNS name/],
  ])("fails at synth for a target with %s", (_, address, message) => {
    const stack = newAwsStack();
    const hosts = [newHost(stack, "host1", { address }), newHost(stack, "host2")];
    expect(() => synthBalanced({ kind, stack, hosts })).toThrow(message);
  });

  test("fails at synth for a machine in another VPC", () => {
    const stack = newAwsStack();
    const hosts = ["host1", "host2"].map((id) => newEc2Host(stack, id, newNetwork(stack, `of-${id}`)));
    expect(() => synthBalanced({ kind, stack, hosts })).toThrow(
      /stack\/host1 is in the VPC of stack\/of-host1, the load balancer in that of stack\/network; put both/,
    );
  });

  test("fails at synth for a machine in a zone that the load balancer is not in", () => {
    // GIVEN
    const stack = newAwsStack();
    const back = existingNetwork(stack, "back", [...ZONES, "eu-central-1c"]);
    const hosts = [
      newEc2Host(stack, "host1", back),
      newEc2Host(stack, "host3", back, { availabilityZone: "eu-central-1c" }),
    ];

    // THEN
    expect(() => synthBalanced({ kind, stack, hosts })).toThrow(
      /stack\/host3 is in eu-central-1c, where the load balancer has no subnet; add a subnet in that zone/,
    );
  });

  test("takes a drained cluster out, and lets its requests end", () => {
    const template = synthBalanced({ kind, drained: ["host2"] });
    expect(template.one("aws_lb_target_group_attachment").target_id).toMatch(/aws_instance\.host1/);
    expect(template.all("aws_vpc_security_group_egress_rule").map(({ description }) => description)).toEqual(
      expect.arrayContaining(["cluster host1", "cluster host2"]),
    );
  });
});

describe("ApplicationLoadBalancer", () => {
  const kind = "ApplicationLoadBalancer";
  const rules = (input: BalancerInput): unknown[] =>
    synthBalanced({ kind, ...input })
      .all("aws_lb_listener_rule")
      .map(({ priority, condition, action }) => {
        const [{ path_pattern }] = condition as [{ path_pattern: { values: string[] } }];
        const [{ type, target_group_arn: target }] = action as [{ type: string; target_group_arn?: string }];
        return [priority, path_pattern.values, target?.includes("sticky") ? "sticky" : type];
      });

  test("drops invalid headers, and waits as long as a request may take", () => {
    const lb = (input: BalancerInput): unknown => synthBalanced({ kind, ...input }).one("aws_lb");
    expect(lb({})).toMatchObject({
      load_balancer_type: "application",
      drop_invalid_header_fields: true,
      idle_timeout: 60,
    });
    expect(lb({ props: { dropInvalidHeaders: false }, requestTimeout: 3600 })).toMatchObject({
      drop_invalid_header_fields: false,
      idle_timeout: 3600,
    });
  });

  test("GIVEN requests that take longer than it waits, THEN that is an error at synth", () => {
    const props = { deregistrationDelay: 60 };
    expect(synthBalanced({ kind, props, requestTimeout: 4000 }).one("aws_lb").idle_timeout).toBe(4000);
    expect(() => synthBalanced({ kind, props, requestTimeout: 4001 })).toThrow(
      /an Application Load Balancer of AWS gives a request up after 4000 seconds, and one may take 4001; give the/,
    );
  });

  test("sends HTTP to HTTPS, unless told otherwise", () => {
    const template = synthBalanced({ kind, props: { certificateArn: CERTIFICATE, port: 8443 } });
    expect(template.one("aws_lb_listener", "redirect")).toMatchObject({
      port: 80,
      protocol: "HTTP",
      default_action: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "8443", status_code: "HTTP_301" } }],
    });
    expect(
      template
        .all("aws_vpc_security_group_ingress_rule")
        .flatMap(({ description, from_port }) => (description === "clients" ? [from_port] : [])),
    ).toEqual([80, 8443]);
    const without = synthBalanced({ kind, props: { certificateArn: CERTIFICATE, redirectHttp: false } });
    expect(without.all("aws_lb_listener")).toHaveLength(1);
  });

  test("refuses Zato's own paths but for the one that tells health", () => {
    expect(rules({})).toEqual([
      [1000, ["/zato/ping"], "forward"],
      [2000, ["/zato/*", "/ide-deploy*"], "fixed-response"],
    ]);
  });

  test("lets through what is opened, before it refuses, three paths to a rule", () => {
    expect(rules({ props: { openPaths: ["/zato/jwt/", "/zato/a", "/zato/b"] } })).toEqual([
      [1000, ["/zato/ping", "/zato/jwt/*", "/zato/a*"], "forward"],
      [1001, ["/zato/b*"], "forward"],
      [2000, ["/zato/*", "/ide-deploy*"], "fixed-response"],
    ]);
  });

  test("is sticky only with affinity", () => {
    const stickiness = (affinity: Affinity): unknown =>
      synthBalanced({ kind, affinity }).one("aws_lb_target_group").stickiness;
    expect(stickiness(Affinity.NONE)).toEqual({ type: "lb_cookie", enabled: false });
    expect(stickiness(Affinity.COOKIE)).toEqual({ type: "lb_cookie", enabled: true });
  });

  test("is sticky for single paths by a target group of their own, after it has refused", () => {
    // GIVEN
    const input = { kind, stickyPaths: { "/chat": Affinity.COOKIE, "/feed/": Affinity.COOKIE } } as const;

    // THEN
    expect(rules(input)).toEqual([
      [1000, ["/zato/ping"], "forward"],
      [2000, ["/zato/*", "/ide-deploy*"], "fixed-response"],
      [3000, ["/chat*", "/feed/*"], "sticky"],
    ]);
    const template = synthBalanced(input);
    expect(template.one("aws_lb_target_group", "sticky").stickiness).toEqual({ type: "lb_cookie", enabled: true });
    expect(template.one("aws_lb_target_group", "edge_target").stickiness).toEqual({
      type: "lb_cookie",
      enabled: false,
    });
    expect(template.all("aws_lb_target_group_attachment")).toHaveLength(4);
  });

  test("needs no second target group where everything is sticky", () => {
    const input = {
      kind,
      affinity: Affinity.COOKIE,
      stickyPaths: { "/chat": Affinity.COOKIE },
    } as const;
    expect(synthBalanced(input).all("aws_lb_target_group")).toHaveLength(1);
  });

  test.each<[string, BalancerInput, RegExp]>([
    [
      "affinity by address",
      { affinity: Affinity.SOURCE },
      /has no affinity by source; set .* Affinity.NONE or Affinity.COOKIE/,
    ],
    [
      "a path that is sticky by address",
      { stickyPaths: { "/chat": Affinity.SOURCE } },
      /no affinity by source for single paths/,
    ],
    [
      "a path that AWS cannot compare",
      { stickyPaths: { [`/${"a".repeat(127)}`]: Affinity.COOKIE } },
      /no sticky URL path/,
    ],
    ["an open path with a wildcard", { props: { openPaths: ["/zato/*"] } }, /'\/zato\/\*' is no URL path to open/],
    [
      "a redirect to HTTPS that is none",
      { props: { redirectHttp: true } },
      /cannot send clients to HTTPS without a cert/,
    ],
    ["a redirect to itself", { props: { certificateArn: CERTIFICATE, port: 80 } }, /cannot send clients to itself/],
  ])("fails for %s", (_, input, message) => {
    expect(() => synthBalanced({ kind, ...input })).toThrow(message);
  });
});

describe("NetworkLoadBalancer", () => {
  const kind = "NetworkLoadBalancer";

  test("balances across zones unless told otherwise, and ends connections to a cluster that left", () => {
    const template = synthBalanced({ kind });
    expect(template.one("aws_lb")).toMatchObject({
      load_balancer_type: "network",
      enable_cross_zone_load_balancing: true,
    });
    expect(template.one("aws_lb_target_group")).toMatchObject({ protocol: "TCP", connection_termination: true });
    expect(template.all("aws_lb_listener_rule")).toEqual([]);
    const props = { crossZone: false } as BalancerInput["props"];
    expect(synthBalanced({ kind, props }).one("aws_lb").enable_cross_zone_load_balancing).toBe(false);
  });

  test.each([
    [60, 350],
    [350, 350],
    [351, 351],
    [3600, 3600],
  ])("GIVEN requests of up to %s s, THEN it forgets no connection before %s s", (requestTimeout, seconds) => {
    const listener = synthBalanced({ kind, requestTimeout }).one("aws_lb_listener");
    expect(listener.tcp_idle_timeout_seconds).toBe(seconds);
  });

  test("GIVEN requests that take longer than it remembers a connection, THEN that is an error at synth", () => {
    const props = { deregistrationDelay: 60 };
    const withTls = { ...props, certificateArn: CERTIFICATE };
    expect(() => synthBalanced({ kind, props, requestTimeout: 6000 })).not.toThrow();
    expect(() => synthBalanced({ kind, props, requestTimeout: 6001 })).toThrow(/up after 6000 seconds, and .* 6001;/);
    const listener = synthBalanced({ kind, props: withTls, requestTimeout: 350 }).one("aws_lb_listener");
    expect(listener).not.toHaveProperty("tcp_idle_timeout_seconds");
    expect(() => synthBalanced({ kind, props: withTls, requestTimeout: 351 })).toThrow(
      /a Network Load Balancer of AWS gives a request up after 350 seconds, and one may take 351; give the deployment/,
    );
  });

  test("is sticky only with affinity", () => {
    const stickiness = (affinity: Affinity): unknown =>
      synthBalanced({ kind, affinity }).one("aws_lb_target_group").stickiness;
    expect(stickiness(Affinity.NONE)).toEqual({ type: "source_ip", enabled: false });
    expect(stickiness(Affinity.SOURCE)).toEqual({ type: "source_ip", enabled: true });
  });

  test.each<[string, BalancerInput, RegExp]>([
    [
      "affinity by cookie",
      { affinity: Affinity.COOKIE },
      /a Network Load Balancer of AWS has no affinity by cookie; set/,
    ],
    [
      "a path that is sticky by cookie",
      { stickyPaths: { "/chat": Affinity.COOKIE } },
      /no affinity by cookie for single paths/,
    ],
    [
      "a path that is sticky alone",
      { stickyPaths: { "/chat": Affinity.SOURCE } },
      /no affinity by source for single paths, and '\/chat' asks for it/,
    ],
    [
      "affinity of connections that it decrypts",
      { affinity: Affinity.SOURCE, props: { certificateArn: CERTIFICATE } },
      /that ends TLS has no affinity by source; leave 'certificateArn' out/,
    ],
    ["access logs without TLS", { props: { accessLogBucket: "logs" } }, /access logs of TLS connections only/],
  ])("fails for %s", (_, input, message) => {
    expect(() => synthBalanced({ kind, ...input })).toThrow(message);
  });
});

test.each(BOTH)("a deployment of whole clusters behind an %s", (kind) => {
  // GIVEN
  const stack = newAwsStack();
  const network = newNetwork(stack);
  const hosts = ["host1", "host2"].map((id) => newEc2Host(stack, id, network, { elasticIp: true }));

  // WHEN
  newDeployment(stack, { hosts, loadBalancer: new KINDS[kind](stack, "edge", { network }) });

  // THEN
  const template = AwsTemplate.synth(stack);
  expect(template.template.output("zato_entry_address")).toMatch(/^\$\{aws_lb\.edge_\w+\.dns_name\}$/);
  expect(template.template.output("zato_entry_port")).toBe(80);
  expect(template.one("aws_lb_target_group")).toMatchObject({ target_type: "instance", port: 11223 });
  const awaited = ["host1", "host2"].map((id) =>
    (template.one("aws_lb_target_group_attachment", id).depends_on as string[]).map((one) => /host\d/.exec(one)?.[0]),
  );
  expect(awaited.map((hosts) => [...new Set(hosts)])).toEqual([["host1"], ["host2"]]);
  expect(template.one("aws_lb_target_group_attachment", "host1").depends_on).toContain(
    template.template.addressOf("zato/host1/load-balancer/state"),
  );
});
