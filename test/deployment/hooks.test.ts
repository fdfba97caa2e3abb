import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  DeploymentOfHostsProps,
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  Hook,
  Secret,
} from "cdktf-zato";
import fc from "fast-check";
import { newDeployment, newHost, newStack, warningsOf } from "../support/stack";
import { synthTo } from "../support/synth";
import { commandsOf, Template } from "../support/template";
import { literalOf } from "../support/terraform-text";

let folder: string;
let script: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zato-hooks-"));
  script = join(folder, "smoke.sh");
  writeFileSync(script, "#!/bin/sh\nexit 0\n");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BEFORE = "zato/.hooks/before-rollout/Resource";
const AFTER = "zato/.hooks/after-rollout/Resource";
const afterCluster = (name: string): string => `zato/.hooks/after-cluster-${name}/Resource`;

/** A deployment behind a HAProxy with all three hooks, unless the props say otherwise. */
function hooked(props: Partial<DeploymentOfHostsProps> = {}, stack = newStack()): TerraformStack {
  const hosts = props.hosts ?? [newHost(stack, "host1"), newHost(stack, "host2")];
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  const hook = Hook.onDeployer(script);
  newDeployment(stack, {
    beforeRollout: hook,
    afterCluster: hook,
    afterRollout: hook,
    loadBalancer,
    ...props,
    hosts,
  });
  return stack;
}

/** What the script of a hook on the deployer is told. */
function environment(template: Template, path: string): Record<string, string> {
  return template.resource(path).provisioner![0]!["local-exec"]!.environment;
}

const comesAfter = (template: Template, later: string, earlier: string): boolean =>
  template.ancestorsOf(template.addressOf(later)).has(template.addressOf(earlier));

test("a deployment without hooks has no resource for them", () => {
  const stack = newStack();
  newDeployment(stack);
  expect(Template.synth(stack).text).not.toMatch(/hooks_|run-hook/);
});

test("beforeRollout comes after all checks and before everything that is brought to a host", () => {
  const template = Template.synth(hooked());
  for (const host of ["host1", "host2"]) {
    expect(comesAfter(template, BEFORE, `${host}/preflight/Resource`)).toBe(true);
    for (const part of ["installation", "odb", "server1", "load-balancer", "scheduler"]) {
      expect([part, comesAfter(template, `zato/${host}/${part}/state`, BEFORE)]).toEqual([part, true]);
    }
    expect(comesAfter(template, `edge/${host}/early`, BEFORE)).toBe(true);
  }
});

test("afterCluster comes when its cluster answers, and before the next one is touched; what is staged beside does not wait", () => {
  const template = Template.synth(hooked());
  for (const part of ["server2", "load-balancer", "web-admin"]) {
    expect(comesAfter(template, afterCluster("host1"), `zato/host1/${part}/state`)).toBe(true);
    expect(comesAfter(template, afterCluster("host1"), `zato/host2/${part}/state`)).toBe(false);
    expect(comesAfter(template, `zato/host2/${part}/state`, afterCluster("host1"))).toBe(true);
  }
  expect(comesAfter(template, "zato/host2/installation/state", afterCluster("host1"))).toBe(false);
  expect(comesAfter(template, afterCluster("host2"), "zato/host2/web-admin/state")).toBe(true);
});

test("clusters are hooked in the order in which they are updated, whatever the order of the hosts", () => {
  const stack = newStack();
  const hosts = ["host10", "host9"].map((id) => newHost(stack, id, { address: `10.0.0.${id.slice(4)}` }));
  const template = Template.synth(hooked({ hosts }, stack));
  expect(comesAfter(template, afterCluster("host10"), afterCluster("host9"))).toBe(true);
  expect(environment(template, afterCluster("host9")).hook_leaves).toBe(
    "host9 runs what is declared; the servers, content and load-balancer of host10 stay as they were",
  );
  expect(environment(template, afterCluster("host10")).hook_leaves).toBe("all clusters run what is declared");
});

test("afterRollout comes last of all", () => {
  const template = Template.synth(hooked());
  for (const earlier of [
    "edge/host1/state",
    "edge/host2/state",
    "zato/host2/scheduler/state",
    "zato/host1/scheduler/start",
    "zato/host2/registration/state",
    afterCluster("host2"),
  ]) {
    expect([earlier, comesAfter(template, AFTER, earlier)]).toEqual([earlier, true]);
  }
});

test("no resource waits for itself, and each that is waited for is there, with content and clusters of others too", () => {
  const stack = newStack();
  const [host1, host2] = [newHost(stack, "host1"), newHost(stack, "host2", { firewall: {} })];
  const hook = Hook.onHost(host1, script);
  const made = newDeployment(stack, {
    hosts: [host1, host2],
    beforeRollout: hook,
    afterCluster: hook,
    afterRollout: hook,
  });
  made.content.addBasicAuth("Partner", {
    username: "partner",
    password: Secret.fromVariable(new TerraformVariable(stack, "password", {})),
  });
  new HighAvailabilityDeployment(stack, "old", {
    clusters: ["a", "b"].map((id, n) => new ExistingZatoCluster(stack, id, { address: `10.0.1.${n}` })),
    afterCluster: hook,
    afterRollout: hook,
  });
  const template = Template.synth(stack);
  const addresses = Object.keys(template.resources);
  for (const address of addresses) {
    expect([...template.ancestorsOf(address)]).not.toContain(address);
  }
  const dependencies = Object.values(template.resources).flatMap(({ depends_on = [] }) => depends_on);
  expect(addresses).toEqual(expect.arrayContaining([...new Set(dependencies)]));
  expect(comesAfter(template, "zato/.hooks/after-rollout/Resource", "host2/firewall/state")).toBe(true);
  // Nothing of ours is ever brought to clusters that others have made.
  expect(() => template.resource("old/.hooks/after-cluster-a/Resource")).toThrow(/no resource/);
});

describe("what a hook runs again for", () => {
  const changes = (stack: TerraformStack): [triggers: string, text: string] => {
    const template = Template.synth(stack);
    const { changes } = template.resource(BEFORE).triggers!;
    const name = /^\$\{sha256\(local\.([\w-]+)\)\}$/.exec(changes!)![1]!;
    return [changes!, template.json.locals![name]!];
  };

  test("beforeRollout: any setting, of any component", () => {
    const [, text] = changes(hooked());
    for (const props of [
      { restartedAt: "2026-11-22" },
      { schedulerCluster: "host2" },
      { backup: {} },
      { servers: 1 },
      { drainedClusters: ["host1"] },
      { zatoLoadBalancer: { port: 12000 } },
      { environment: { A: "1" } },
    ] satisfies Partial<DeploymentOfHostsProps>[]) {
      expect(changes(hooked(props))[1]).not.toBe(text);
    }
  });

  test("and no setting of the hooks, of a way to a host, or of one that is lost", () => {
    const [, text] = changes(hooked());
    writeFileSync(script, "#!/bin/sh\nexit 1\n");
    expect(changes(hooked({ afterCluster: undefined }))[1]).toBe(text);
    const stack = newStack();
    const ssh = { user: "other", hostKey: newHost(newStack(), "host1").access.hostKey };
    expect(changes(hooked({ hosts: [newHost(stack, "host1", { ssh }), newHost(stack, "host2")] }, stack))[1]).toBe(
      text,
    );
    const [lost, changed] = [{}, { restartedAt: "2026-11-22" }].map((props) => {
      const stack = newStack();
      const hosts = [newHost(stack, "host1", { lost: true }), newHost(stack, "host2")];
      return changes(hooked({ ...props, hosts }, stack))[1];
    });
    expect(lost).not.toContain("zato/host1/");
    expect(changed).not.toBe(lost);
  });

  test("afterCluster: that something was brought to its cluster, and nothing else; afterRollout: to any", () => {
    const template = Template.synth(hooked());
    const ids = (path: string): string[] =>
      template.resource(path).triggers!.deployed!.match(/null_resource\.[\w-]+(?=\.id)/g)!;
    const state = (path: string): string => template.addressOf(`${path}/state`);
    expect(ids(afterCluster("host1")).sort()).toEqual(
      ["server1", "server2", "load-balancer", "web-admin"].map((part) => state(`zato/host1/${part}`)).sort(),
    );
    expect(ids(AFTER)).toEqual(
      expect.arrayContaining([state("zato/host2/scheduler"), state("zato/host1/odb"), state("edge/host2")]),
    );
  });
});

test("a script is told what it is about: names are documented, and fixed", () => {
  const template = Template.synth(hooked());
  const told = (path: string): Record<string, string> =>
    Object.fromEntries(Object.entries(environment(template, path)).filter(([name]) => name.startsWith("CDKTF_ZATO_")));
  expect(told(BEFORE)).toEqual({ CDKTF_ZATO_HOOK: "beforeRollout", CDKTF_ZATO_DEPLOYMENT: "stack/zato" });
  expect(told(afterCluster("host2"))).toEqual({
    CDKTF_ZATO_HOOK: "afterCluster",
    CDKTF_ZATO_DEPLOYMENT: "stack/zato",
    CDKTF_ZATO_CLUSTER: "host2",
    CDKTF_ZATO_ADDRESS: "10.0.0.12",
    CDKTF_ZATO_PORT: "11223",
    CDKTF_ZATO_URL: "http://10.0.0.12:11223",
  });
  expect(told(AFTER)).toEqual({
    CDKTF_ZATO_HOOK: "afterRollout",
    CDKTF_ZATO_DEPLOYMENT: "stack/zato",
    CDKTF_ZATO_ADDRESS: "10.0.0.100",
    CDKTF_ZATO_PORT: "80",
    CDKTF_ZATO_URL: "http://10.0.0.100",
  });
});

test("on the deployer the script lies beside the stack, and no text of the user's is in the command", () => {
  const stackFolder = synthTo(join(folder, "out"), hooked());
  const json = readFileSync(join(stackFolder, "cdk.tf.json"), "utf8");
  const scripts = [...json.matchAll(/"hook_script": "([^"]+)"/g)].map(([, path]) => path!);
  expect(scripts).toHaveLength(4);
  for (const path of scripts) {
    expect(readFileSync(join(stackFolder, path), "utf8")).toBe("#!/bin/sh\nexit 0\n");
  }
  const commands = [...json.matchAll(/"command": "(sh [^"]*run-hook.sh)"/g)].map(([, command]) => command!);
  expect(commands).toHaveLength(4);
  commands.forEach((command) => {
    expect(command).toMatch(/^sh assets\/[\w./-]+\/run-hook\.sh$/);
    expect(existsSync(join(stackFolder, command.slice(3)))).toBe(true);
  });
});

test("whatever the file's name, Terraform hands it over as it is", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ${}%"'\\~!.]{1,20}\.sh$/), (name) => {
      const file = join(folder, name);
      writeFileSync(file, "#!/bin/sh\n");
      const stack = newStack();
      newDeployment(stack, { afterRollout: Hook.onDeployer(file) });
      const { hook_file } = environment(Template.synth(stack), AFTER);
      expect(literalOf(hook_file!)).toBe(name);
    }),
    { numRuns: 10 },
  );
});

test("on a host it comes along with what it is told, by a script of ours, as a line each", () => {
  const stack = newStack();
  const [host1, host2] = [newHost(stack, "host1"), newHost(stack, "host2")];
  newDeployment(stack, { hosts: [host1, host2], afterCluster: Hook.onHost(host2, script, { timeout: 7 }) });
  const template = Template.synth(stack);
  const { connection, provisioner } = template.resource(afterCluster("host1"));
  expect(connection).toMatchObject({ host: "10.0.0.12" });
  const [about] = provisioner!.flatMap(({ file }) => (file?.content?.includes("CDKTF_ZATO_") ? [file.content] : []));
  expect(about!.split("\n")).toEqual(
    expect.arrayContaining([
      "hook_where=host2",
      "hook_timeout=7",
      "CDKTF_ZATO_CLUSTER=host1",
      "CDKTF_ZATO_ADDRESS=10.0.0.11",
    ]),
  );
  expect(commandsOf(provisioner!.at(-1))).toEqual([
    "sudo -n bash .cdktf-zato/scripts/hook.sh .cdktf-zato/after-cluster-host1.${self.id}",
  ]);
});

describe("where a host is lost", () => {
  test("a hook that would run there does not, which synth says", () => {
    const stack = newStack();
    const [host1, host2] = [newHost(stack, "host1"), newHost(stack, "host2", { lost: true })];
    newDeployment(stack, { hosts: [host1, host2], afterCluster: Hook.onHost(host2, script) });
    const { provisioner, lifecycle } = Template.synth(stack).resource(afterCluster("host1"));
    expect([provisioner, lifecycle]).toEqual([undefined, { ignore_changes: "all" }]);
    expect(warningsOf(stack)).toContain(
      "stack/zato/.hooks/after-cluster-host1: the hook does not run, since its host host2 is lost",
    );
  });

  test("nor does one for the cluster there", () => {
    const stack = newStack();
    const hosts = [newHost(stack, "host1"), newHost(stack, "host2", { lost: true })];
    const template = Template.synth(hooked({ hosts }, stack));
    expect(template.resource(afterCluster("host2")).provisioner).toBeUndefined();
    expect(template.resource(afterCluster("host1")).provisioner).toHaveLength(1);
    expect(template.resource(AFTER).provisioner).toHaveLength(1);
  });
});

test.each<[string, (file: string) => Hook, RegExp]>([
  [
    "that is not there",
    (file) => Hook.onDeployer(`${file}.none`),
    /the script of 'afterCluster' '.*\.none' is not there/,
  ],
  ["by a relative path", () => Hook.onDeployer("smoke.sh"), /'smoke\.sh' is not there; give the absolute path/],
  ["with the line ends of Windows", (file) => written(file, "#!/bin/sh\r\n"), /has the line ends of Windows/],
  ["without '#!'", (file) => written(file, "exit 0\n"), /does not begin with '#!'/],
  ["with a timeout of nothing", (file) => Hook.onDeployer(file, { timeout: 0 }), /the timeout of 'afterCluster'/],
  [
    "that is no Hook",
    (file) => file as unknown as Hook,
    /'afterCluster' is '.*', and no Hook; give Hook\.onDeployer\(…\) or Hook\.onHost\(…\)/,
  ],
])("a script %s is refused at synth", (_, hook, message) => {
  expect(() => newDeployment(newStack(), { afterCluster: hook(script) })).toThrow(message);
});

test("a hook on the machine that deploys is refused where that has no shell", () => {
  const { platform } = process;
  try {
    Object.defineProperty(process, "platform", { value: "win32" });
    const stack = newStack();
    expect(() => newDeployment(stack, { afterCluster: Hook.onDeployer(script) })).toThrow(
      /deploy from Linux or macOS, or give Hook\.onHost/,
    );
  } finally {
    Object.defineProperty(process, "platform", { value: platform });
  }
});

function written(file: string, text: string): Hook {
  writeFileSync(file, text);
  return Hook.onDeployer(file);
}
