import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import {
  AlarmDelivery,
  AlarmsOptions,
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ICluster,
  Secret,
} from "cdktf-zato";
import { FRAMEWORK } from "../../lib/framework";
import { temporaryFolder } from "../support/bash";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

type Stack = ReturnType<typeof newStack>;

const secret = (stack: Stack, id: string): Secret =>
  Secret.fromVariable(new TerraformVariable(stack, id, { type: "string" }));

const webhook = (stack: Stack): AlarmDelivery => AlarmDelivery.webhook(secret(stack, "webhook"));

/** Three hosts with a cluster and two of them with a balancer. */
function deployed(alarms?: (stack: Stack) => AlarmsOptions, lost = ""): Template {
  const stack = newStack();
  const hosts = ["host1", "host2", "host3"].map((name) => newHost(stack, name, { lost: name === lost }));
  newDeployment(stack, {
    hosts,
    alarms: alarms?.(stack),
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts: hosts.slice(0, 2), virtualAddress: "10.0.0.100" }),
  });
  return Template.synth(stack);
}

test("nothing of it is there unless it is asked for", () => {
  expect(deployed().text).not.toMatch(/zato-alarms|delivery/);
});

describe("a host", () => {
  test("looks each minute at all clusters, in the order in which they are declared, when all is as declared", () => {
    const template = deployed((stack) => ({ to: webhook(stack) }));
    const { parameters, files } = template.manifest("zato/alarms/host2");
    expect(parameters).toMatchObject({
      unit: "zato-zato-alarms.service",
      timer: "zato-zato-alarms.timer",
      delivery_unit: "zato-zato-alarms-delivery.service",
      folder: "/etc/zato-zato-alarms",
      deployment: "zato",
      cluster: "host2",
      balancer: "edge",
      clusters: [1, 2, 3]
        .map((one) => `host${one} true 10.0.0.1${one} 11223 http://10.0.0.1${one}:11223/zato/ping`)
        .join("\n"),
      machines: "",
      taken_out: "taken out",
      library: FRAMEWORK.library,
      repeat_seconds: "14400",
      repetitions: "6",
      secrets: "address given",
    });
    expect(template.manifest("zato/alarms/host3").parameters.balancer).toBe("");
    expect(files.timer).toContain("\n[Timer]\nOnCalendar=minutely\n");
    expect(files.unit).toContain(
      "\nExecStart=/bin/bash /var/lib/cdktf-zato/components/zato-alarms/scripts/alarms.sh zato-alarms\n",
    );
    expect(template.manifest("zato/host1/load-balancer").files.config).toContain('string "taken out"');
    for (const earlier of ["zato/host1/server1", "zato/host3/load-balancer", "edge/host2"]) {
      expect([earlier, template.comesAfter("zato/alarms/host1", earlier)]).toEqual([earlier, true]);
    }
  });

  test("does not look at a cluster whose host is declared lost", () => {
    const template = deployed((stack) => ({ to: webhook(stack) }), "host3");
    expect(template.manifest("zato/alarms/host1").parameters.clusters).not.toContain("host3");
  });

  test("delivers as a user who is nobody else, with secrets that stand in nothing of Terraform's", () => {
    const template = deployed((stack) => ({
      to: AlarmDelivery.webhook(secret(stack, "webhook"), { token: secret(stack, "token") }),
      repeatHours: 1,
      repetitions: 0,
    }));
    const { parameters, files } = template.manifest("zato/alarms/host1");
    expect(parameters).toMatchObject({
      repeat_seconds: "3600",
      repetitions: "0",
      secrets: "address given\ntoken given",
    });
    expect(files.deliver).toBeUndefined();
    expect(files.delivery_unit!.split("\n")).toEqual(
      expect.arrayContaining([
        "ExecStart=/etc/zato-zato-alarms/deliver",
        "StandardInput=file:/var/lib/cdktf-zato/components/zato-alarms/message",
        "EnvironmentFile=/var/lib/cdktf-zato/components/zato-alarms/environment",
        "DynamicUser=true",
        "CapabilityBoundingSet=",
        "TimeoutStartSec=60s",
      ]),
    );
    expect(files.delivery_unit).not.toContain("User=root");
  });

  test("has a script of the user's in the place of the webhook", () => {
    writeFileSync(join(folder(), "tell"), "#!/bin/sh\ncat\n");
    const template = deployed(() => ({ to: AlarmDelivery.script(join(folder(), "tell")) }));
    const { parameters, files } = template.manifest("zato/alarms/host1");
    expect([files.deliver, parameters.secrets]).toEqual(["#!/bin/sh\ncat\n", ""]);
  });

  test("that has a balancer alone looks at the other one of its kind, too", () => {
    const stack = newStack();
    const hosts = ["lb1", "lb2"].map((name) => newHost(stack, name));
    const clusters = [1, 2].map((one) => new ExistingZatoCluster(stack, `cluster${one}`, { address: `10.0.1.${one}` }));
    new HighAvailabilityDeployment<ICluster>(stack, "zato", {
      clusters,
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100", port: 8080 }),
      alarms: { to: webhook(stack) },
    });
    expect(Template.synth(stack).manifest("zato/alarms/lb1").parameters).toMatchObject({
      cluster: "",
      machines: "lb2 10.0.0.12 8080",
      clusters:
        "cluster1 false 10.0.1.1 11223 http://10.0.1.1:11223/zato/ping\n" +
        "cluster2 false 10.0.1.2 11223 http://10.0.1.2:11223/zato/ping",
    });
  });
});

test.each<[string, (stack: Stack) => unknown, RegExp]>([
  ["no way to anybody", () => ({}), /'to' of the alarms is not given, and no AlarmDelivery; give AlarmDelivery\.webhook\(…\) or AlarmDelivery\.script\(…\)/], // prettier-ignore
  ["a text as an address", () => ({ to: AlarmDelivery.webhook("https://example.invalid" as never) }), /the address of the webhook is of the type string, and no Secret/], // prettier-ignore
  ["an address that nobody knows", () => ({ to: AlarmDelivery.webhook(Secret.generated()) }), /the address of the webhook would be generated on each host/], // prettier-ignore
  ["a token that nobody knows", (stack) => ({ to: AlarmDelivery.webhook(secret(stack, "webhook"), { token: Secret.generated() }) }), /the token for alarms would be generated/], // prettier-ignore
  ["a script that is not there", () => ({ to: AlarmDelivery.script("/no/such/file") }), /the script that takes alarms/],
  ["no hours", (stack) => ({ to: webhook(stack), repeatHours: 0 }), /the hours after which an alarm is repeated/],
  ["repetitions that are none", (stack) => ({ to: webhook(stack), repetitions: -1 }), /the repetitions of an alarm/],
])("fails for %s", (_, options, message) => {
  const stack = newStack();
  expect(() => newDeployment(stack, { alarms: options(stack) as AlarmsOptions })).toThrow(message);
});

test("fails for a host whose cluster would have the id of the alarms", () => {
  const stack = newStack();
  const hosts = [newHost(stack, "alarms"), newHost(stack, "host2")];
  expect(() => newDeployment(stack, { hosts, alarms: { to: webhook(stack) } })).toThrow(/a cluster is 'alarms'/);
});
