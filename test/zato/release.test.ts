import { ZatoRelease } from "cdktf-zato";
import { newCluster, newStack } from "../support/stack";
import { Template } from "../support/template";

test.each([
  ["4.1", ZatoRelease.V4_1],
  ["4.1.0", ZatoRelease.V4_1],
  ["3.3", ZatoRelease.V3_3],
  ["3.3.1", ZatoRelease.V3_3],
  ["3.2", ZatoRelease.V3_2],
  ["3.2.0", ZatoRelease.V3_2],
])("%s is known", (name, release) => {
  expect(ZatoRelease.of(name)).toBe(release);
});

test.each([
  ["3.1", /it was superseded by 3\.2/],
  ["3.0", /it needs Redis as its message broker/],
  ["2.0.8", /it runs on Python 2/],
  ["5.0", /^zato 5\.0 cannot be built: nothing is known of how it behaves; use 4\.1 or 3\.3 or 3\.2$/],
  ["3.30", /nothing is known/],
  ["", /nothing is known/],
  ["latest", /^zato latest cannot be built/],
])("fails for '%s', and says why", (name, message) => {
  expect(() => ZatoRelease.of(name)).toThrow(message);
});

function filesOf(release: ZatoRelease): Record<string, string | undefined> {
  const stack = newStack();
  newCluster(stack, { release });
  const template = Template.synth(stack);
  const file = (component: string, name: string): string | undefined => template.manifest(`a/${component}`).files[name];
  return {
    "server unit": file("server1", "unit"),
    "server environment": file("server1", "environment"),
    "web-admin unit": file("web-admin", "unit"),
    "scheduler unit": file("scheduler", "unit"),
    "load-balancer unit": file("load-balancer", "unit"),
    "load-balancer configuration": file("load-balancer", "config"),
  };
}

test("units, environment and configuration of 3.3", () => {
  expect(filesOf(ZatoRelease.V3_3)).toMatchSnapshot();
});

test("what 3.2 has differently", () => {
  const [older, newer] = [filesOf(ZatoRelease.V3_2), filesOf(ZatoRelease.V3_3)];
  const differing = Object.keys(older).filter((name) => older[name] !== newer[name]);
  expect(Object.fromEntries(differing.map((name) => [name, older[name]]))).toMatchSnapshot();
});

test.each([
  [ZatoRelease.V3_3, ""],
  [ZatoRelease.V3_2, "127.0.0.1"],
])("web-admin listens where it is told, by its unit or by its configuration file", (release, bind) => {
  const stack = newStack();
  newCluster(stack, { release });
  expect(Template.synth(stack).manifest("a/web-admin").parameters.bind).toBe(bind);
});

test("every process runs as zato, hardened, and comes back whenever it ends", () => {
  for (const [name, text = ""] of Object.entries(filesOf(ZatoRelease.V3_3)).filter(([name]) => name.endsWith("unit"))) {
    const lines = text.split("\n");
    const expected = [
      "User=zato",
      "UMask=0077",
      "Restart=always",
      "NoNewPrivileges=true",
      "WantedBy=multi-user.target",
    ];
    expect([name, lines]).toEqual([name, expect.arrayContaining([...expected, "StartLimitIntervalSec=0"])]);
  }
});
