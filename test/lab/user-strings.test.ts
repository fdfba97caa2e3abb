import { TerraformOutput, TerraformStack, TerraformVariable } from "cdktf";
import { DataRemoval, ZatoCluster, ZatoInstallation } from "cdktf-zato";
import fc from "fast-check";
import type { Lab } from "../../lab/lab";
import { Quoting, terraformText } from "../../lib/remote";
import { anyCharacters } from "../support/arbitraries";
import { labHost } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { unitProperty } from "./support/zato";

/** Terraform itself brings all strings into Unicode's normal form C (README, limits); noncharacters are refused at synth. */
const text = anyCharacters.map((any) => any.normalize("NFC"));

const AWKWARD = [
  "",
  " leading and trailing ",
  `"double" 'single' \`back\``,
  '\\ \\\\ \\n \\"',
  "$HOME ${HOME} $${HOME} %{if true} %%{ %i %%",
  "$${a $$${b} %%%{c} \r${d} \r\n%{e}",
  "line\nbreak\n\nand one at the end\n",
  "#no comment ;none",
  "a=b=c",
  "ünï 漢字 🚀",
];

let lab: Lab;
let project: Project;
let values: string[];

beforeAll(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  values = [...AWKWARD, ...fc.sample(text, 50)];
});

afterEach(() => project?.remove());

function named(): Record<string, string> {
  return Object.fromEntries(values.map((value, position) => [`Value_${position}`, value]));
}

/** What Terraform is told of its variables. */
function told(): Record<string, string> {
  return Object.fromEntries(Object.entries(named()).map(([name, value]) => [`TF_VAR_Later_${name}`, value]));
}

/** The same from variables of Terraform's. */
function knownLater(stack: TerraformStack): Record<string, string> {
  const variables = Object.keys(named()).map((name) => {
    const later = `Later_${name}`;
    return [later, new TerraformVariable(stack, later, { type: "string" }).stringValue];
  });
  return Object.fromEntries(variables) as Record<string, string>;
}

test("terraform takes literal text for what it is", async () => {
  // WHEN
  project = new Project(lab).synth((stack) => {
    const later = new TerraformVariable(stack, "later", { type: "string", default: "known later" }).stringValue;
    for (const [name, value] of Object.entries(named())) {
      new TerraformOutput(stack, name, { value: terraformText(value) });
      new TerraformOutput(stack, `${name}_and_more`, { value: terraformText(`${value}${later}${value}`) });
    }
  });
  await project.apply();

  // THEN
  const outputs = JSON.parse(await project.orThrow(["output", "-json"])) as Record<string, { value: string }>;
  const read = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  const more = Object.entries(named()).map(([name, value]) => [`${name}_and_more`, `${value}known later${value}`]);
  expect(read).toEqual({ ...named(), ...Object.fromEntries(more) });
});

test("what only terraform knows gets into JSON unchanged", async () => {
  // WHEN
  project = new Project(lab, { env: told() }).synth((stack) => {
    const texts = Object.fromEntries(
      Object.entries(knownLater(stack)).map(([name, text]) => [name, ['"', text, text]]),
    );
    new TerraformOutput(stack, "json", { value: Quoting.JSON.tokens(JSON.stringify(texts)) });
  });
  await project.apply();

  // THEN
  const { json } = JSON.parse(await project.orThrow(["output", "-json"])) as { json: { value: string } };
  const read = Object.entries(named()).map(([name, value]) => [`Later_${name}`, ['"', value, value]]);
  expect(JSON.parse(json.value)).toEqual(Object.fromEntries(read));
});

test("strings of the user's arrive in the environment of a server unchanged, whoever knows them", async () => {
  // WHEN
  project = new Project(lab, { env: told() }).synth((stack) => {
    const cluster = new ZatoCluster(stack, "a", {
      host: labHost(stack, lab, "host1"),
      installation: ZatoInstallation.archive(lab.archive),
      servers: 0,
      dataRemoval: DataRemoval.DROP,
    });
    cluster.addServer("server1", { environment: { ...named(), ...knownLater(stack) } });
  });
  await project.apply();

  // THEN
  const pid = await unitProperty(lab, "host1", "zato-a-server1.service", "MainPID");
  const environ = (await lab.execOrThrow("host1", ["cat", `/proc/${pid}/environ`])).split("\0");
  const read = environ.filter((entry) => /^(Value|Later)_/.test(entry)).map((entry) => splitAtFirst(entry, "="));
  const later = Object.entries(named()).map(([name, value]) => [`Later_${name}`, value]);
  expect(Object.fromEntries(read)).toEqual({ ...named(), ...Object.fromEntries(later) });
  expect(await project.planStatus()).toBe(0);
});

function splitAtFirst(entry: string, separator: string): [string, string] {
  const end = entry.indexOf(separator);
  return [entry.slice(0, end), entry.slice(end + 1)];
}
