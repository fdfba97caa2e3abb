import { readFileSync, existsSync } from "node:fs";
import path from "node:path";
import { TerraformVariable, type TerraformStack } from "cdktf";
import { DataRemoval, OdbDatabase, Secret, ZatoCluster, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { run } from "../../lab/process";
import { labHost } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { logIn, words } from "./support/zato";

/** Each value has a word that nothing else in the world has, so that it is found however it is quoted. */
const GIVEN = {
  odb_password: { word: "canaryOdb4711", value: `canaryOdb4711 q"uo't\\e $HOME \${x} %{y} \`id\` ü漢 =;#` },
  web_admin_password: { word: "canaryAdmin4712", value: `canaryAdmin4712 q"uo't\\e $HOME \${x} %{y} ü漢 =;#` },
  jwt_secret: { word: "canaryJwt4713", value: "canaryJwt4713-$HOME-'\"-\\" },
  new_web_admin_password: { word: "canaryAdmin4714", value: "canaryAdmin4714" },
};
type Given = keyof typeof GIVEN;

/** Notes every command line that is seen on the host, in a file that is read afterwards. */
const SAMPLER = `
import glob, time
seen = set()
with open("/root/command-lines", "wb", buffering=0) as out:
    while True:
        for name in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                line = open(name, "rb").read()
            except OSError:
                continue
            if line not in seen:
                seen.add(line)
                out.write(line.replace(b"\\0", b" ") + b"\\n")
        time.sleep(0.005)
`;

let lab: Lab;
let project: Project;
let planFile: string;
let applied: string;
let secretWords: string[];

function program(webAdmin: Given, version: string) {
  return (stack: TerraformStack): void => {
    const secret = (name: Given, of = "1"): Secret =>
      Secret.fromVariable(new TerraformVariable(stack, name, { type: "string" }), { version: of });
    new ZatoCluster(stack, "a", {
      clusterName: "host1",
      host: labHost(stack, lab, "host1"),
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
      odb: OdbDatabase.localPostgresql({ password: secret("odb_password") }),
      jwtSecret: secret("jwt_secret"),
      webAdmin: { password: secret(webAdmin, version) },
      dataRemoval: DataRemoval.DROP,
    });
  };
}

beforeAll(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  const variables = Object.entries(GIVEN).map(([name, { value }]) => [`TF_VAR_${name}`, value]);
  project = new Project(lab, { env: Object.fromEntries(variables) as Record<string, string> });
  planFile = path.join(project.folder, "saved.plan");
  await lab.execOrThrow("host1", ["systemd-run", "--quiet", "--unit", "sampler", "python3", "-c", SAMPLER]);
  project.synth(program("web_admin_password", "1"));
  await project.orThrow(["plan", `-out=${planFile}`]);
  applied = await project.orThrow(["apply", planFile]);
  // A second one, so that there is a backup of the state, and with a new secret.
  applied += await project.synth(program("new_web_admin_password", "2")).apply();
  const generated = await lab.execOrThrow(
    "host1",
    "cat /etc/cdktf-zato/secrets/host1/*_key /etc/cdktf-zato/secrets/host1/*api*",
  );
  secretWords = [...Object.values(GIVEN).map(({ word }) => word), ...words(generated.replaceAll("=", "=\n"))];
});

afterAll(() => project?.remove());

function found(text: string): string[] {
  return secretWords.filter((word) => text.includes(word));
}

test("there are secrets to look for, given and generated", () => {
  expect(secretWords.length).toBeGreaterThanOrEqual(6);
  expect(secretWords.every((word) => word.length >= 12)).toBe(true);
});

describe("on the machine that runs Terraform, no secret is", () => {
  test.each([
    ["the configuration", () => path.join(project.folder, "cdk.tf.json")],
    ["the state", () => project.stateFile],
    ["the backup of the state", () => `${project.stateFile}.backup`],
  ])("in %s", (_, file) => {
    expect(existsSync(file())).toBe(true);
    expect(found(readFileSync(file(), "utf8"))).toEqual([]);
  });

  test("in a saved plan, unpacked or shown", async () => {
    const unpacked = await run("python3", [
      "-c",
      "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): sys.stdout.buffer.write(z.read(n))",
      planFile,
    ]);
    expect(unpacked.stdout.length).toBeGreaterThan(1_000);
    expect(found(unpacked.stdout)).toEqual([]);
    expect(found(await project.orThrow(["show", "-json", planFile]))).toEqual([]);
  });

  test("in what Terraform says", async () => {
    expect(applied).toContain("[host1] server1: as declared");
    expect(found(applied)).toEqual([]);
    expect(found(await project.orThrow(["output", "-json"]))).toEqual([]);
  });
});

describe("on the host, no secret is", () => {
  test("in a command line that was seen during the apply", async () => {
    await lab.execOrThrow("host1", "systemctl stop sampler");
    const lines = await lab.execOrThrow("host1", "cat /root/command-lines");
    expect(lines).toContain("from-config");
    expect(found(lines)).toEqual([]);
  });

  test("in the journal or in a log", async () => {
    expect(found(await lab.execOrThrow("host1", "journalctl --no-pager --output cat"))).toEqual([]);
    expect(await filesWithSecrets("/var/log -type f")).toEqual([]);
  });

  test("in a file that others than its owner may read, or left in the staging folder", async () => {
    expect(await filesWithSecrets("/ -xdev -type f -perm /o=r")).toEqual([]);
    expect(await filesWithSecrets("/run /tmp -type f -perm /o=r")).toEqual([]);
    expect(await filesWithSecrets("/home -type f")).toEqual([]);
    expect(await filesWithSecrets("/etc/cdktf-zato -type f")).not.toEqual([]); // that is where they are kept
    const modes = "find /etc/cdktf-zato/secrets -printf '%m %U\\n' | sort -u";
    expect(await lab.execOrThrow("host1", modes)).toBe("600 0\n700 0\n");
  });
});

describe("they arrive unchanged:", () => {
  test("web-admin takes the new password, and no former one", async () => {
    expect((await logIn(lab, "host1", GIVEN.new_web_admin_password.value)).status).toBe(302);
    expect((await logIn(lab, "host1", GIVEN.web_admin_password.value)).status).toBe(200);
  });

  test("the database takes the given one", async () => {
    const query =
      "read -r PGPASSWORD; export PGPASSWORD; psql -h 127.0.0.1 -U zato_host1 -d zato_host1 -X -A -t -c 'select name from cluster'";
    expect(
      await lab.execOrThrow("host1", query.replace("read -r", "IFS= read -r"), {
        input: `${GIVEN.odb_password.value}\n`,
      }),
    ).toBe("host1\n");
    expect((await lab.exec("host1", query, { input: "wrong\n" })).status).not.toBe(0);
  });

  test("the host keeps them as they are", async () => {
    for (const name of ["odb_password", "jwt_secret"] as const) {
      expect(await lab.execOrThrow("host1", `cat /etc/cdktf-zato/secrets/host1/${name}`)).toBe(GIVEN[name].value);
    }
  });
});

async function filesWithSecrets(where: string): Promise<string[]> {
  const search = `
    patterns=$(mktemp /root/words.XXXXXX)
    cat >"$patterns"
    find ${where} -not -path '/proc/*' -not -path '/sys/*' -print0 | xargs -0 -r grep -lF -f "$patterns"
    rm "$patterns"`;
  return words(await lab.execOrThrow("host1", search, { input: secretWords.join("\n") }));
}
