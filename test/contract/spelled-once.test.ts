import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { ZatoRelease } from "cdktf-zato";
import { hostScripts } from "../../lib/remote/host-scripts";
import { BACK_END, SERVER_PREFIX } from "../../lib/zato/back-end";
import { ClusterPaths } from "../../lib/zato/cluster-paths";
import { onceName } from "../../lib/zato/haproxy/back-ends";
import { HEALTH_PATH } from "../../lib/zato/release/release-behavior";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const PATHS = new ClusterPaths("CLUSTER");

/** What TypeScript decides, and scripts are told: names of folders, back ends, sockets, units, and the health path. */
function words(): string[] {
  const stack = newStack();
  newDeployment(stack, { hosts: [newHost(stack, "host1", { firewall: {} })] });
  const template = Template.synth(stack);
  const units = ["host1/firewall", "zato/host1/server1", "zato/host1/scheduler"].map(
    (path) => template.manifest(path).parameters.unit!,
  );
  return [
    ...[PATHS.hotDeploy, PATHS.userConf, PATHS.modules, PATHS.static].map((path) => `/${basename(path)}`),
    basename(PATHS.hotDeploy),
    basename(PATHS.userConf),
    BACK_END,
    SERVER_PREFIX,
    onceName(""),
    basename(PATHS.socket("load-balancer")),
    HEALTH_PATH,
    ZatoRelease.V3_3._behavior.logInPath,
    ...units,
  ];
}

/** A line of code in which such a word stands for itself, and is no part of the name of one of Zato's services. */
function literals(word: string): string[] {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const literal = new RegExp(`${/^\w/.test(word) ? "(?<![\\w.-])" : "(?<![\\w])"}${escaped}(?![\\w-])`);
  return hostScripts()
    .filter(({ target }) => /\.(sh|py)$/.test(target))
    .flatMap(({ target, source }) =>
      readFileSync(source, "utf8")
        .split("\n")
        .map((line) => line.replace(/^\s*#.*/, "").replace(/\s# .*/, ""))
        .filter((line) => literal.test(line))
        .map((line) => `${target}: ${line.trim()}`),
    );
}

test("scripts on hosts spell none of the names that TypeScript has decided, and that it tells them", () => {
  expect(words().flatMap((word) => literals(word).map((line) => `'${word}' in ${line}`))).toEqual([]);
});

test("they would be found", () => {
  expect(literals("/opt")).not.toEqual([]);
  expect(literals("sha256sum")).not.toEqual([]);
});
