import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Lab } from "../../lab/lab";
import { run, runOrThrow } from "../../lab/process";
import { virtualAddress } from "../lab/support/programs";
import { freshHosts } from "../lab/support/shared-lab";

/** A block of docs/getting-started.md: commands, or an edit of a file. */
interface Block {
  readonly language: string;
  readonly comment: string;
  readonly code: string;
}

interface Packed {
  readonly page: string;
}

const { blocksOf, edited } = jest.requireActual<{
  readonly blocksOf: (page: string) => Block[];
  readonly edited: (text: string, code: string) => string;
}>("../../scripts/getting-started/page");
const { pack, serve } = jest.requireActual<{
  readonly pack: (folder: string) => Packed;
  readonly serve: (packed: Packed, address: string) => Promise<{ readonly url: string; readonly server: Server }>;
}>("../../scripts/getting-started/registry");

/** The machine of somebody who has never seen this: Debian as it is installed, and an account whose home is empty. */
const DESK = "lb1";
const NEWCOMER = path.join(__dirname, "support/newcomer.py");

/** What programs of the page ask for, and what a person presses. */
const ANSWERS: readonly (readonly [command: string, asked: string, keys: string])[] = [
  ["cdktf deploy", "Approve", "\r"],
  ["cdktf-zato web-admin", "to close the tunnel", "\u0003"],
];

let lab: Lab;
let folder: string;
let server: Server | undefined;

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2", DESK], { release: "trixie" });
  folder = mkdtempSync(path.join(tmpdir(), "newcomer-"));
});

afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the page tells to have: Node, Terraform, two machines that are reached by SSH, and a key for these in an agent. */
async function equip(registry: string): Promise<void> {
  const packages =
    "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends";
  await lab.execOrThrow(DESK, `${packages} nodejs npm`);
  await lab.copyTo(DESK, (await runOrThrow("sh", ["-c", "command -v terraform"])).trim(), "/usr/local/bin/terraform");
  await lab.copyTo(DESK, NEWCOMER, "/usr/local/bin/newcomer.py");
  await lab.execOrThrow(DESK, "chmod 0755 /usr/local/bin/terraform /usr/local/bin/newcomer.py");
  await onDesk(
    `npm config set registry ${registry}; ssh-agent -a ~/.agent; ssh-add -q -`,
    readFileSync(lab.keyFile, "utf8"),
  );
  // As Debian's installer leaves it: keys of all kinds.
  for (const host of ["host1", "host2"]) {
    await lab.execOrThrow(
      host,
      "ssh-keygen -A && echo 'HostKey /etc/ssh/ssh_host_ecdsa_key' >>/etc/ssh/sshd_config.d/lab.conf && systemctl reload ssh",
    );
  }
}

async function onDesk(command: string, input = ""): Promise<string> {
  const { status, stdout, stderr } = await lab.ssh(DESK, `export SSH_AUTH_SOCK=~/.agent; ${command}`, input);
  if (status !== 0) {
    throw new Error(`'${command}' ended with status ${status}:\n${stdout}\n${stderr}`);
  }
  return stdout;
}

/** The page with what is this person's own: what the page says to ask machines for is asked there. */
async function withOwnValues(page: string): Promise<string> {
  const archive = lab.archive;
  const values = new Map([
    ["10.0.0.100", virtualAddress(lab)],
    ["https://artifacts.example.com/zato-3.3.tar.gz", archive.url],
    [/sha256: "(\w{64})"/.exec(page)![1]!, (await onDesk(`curl -sf '${archive.url}' | sha256sum`)).slice(0, 64)],
  ]);
  const keys = [...page.matchAll(/"(ecdsa-sha2-nistp256 [^"]+)"/g)].map(([, key]) => key!);
  for (const [position, host] of ["host1", "host2"].entries()) {
    const { address } = lab.host(host);
    const [, ...key] = (await onDesk(`ssh-keyscan -t ecdsa ${address} 2>/dev/null | grep -v "^#"`)).trim().split(" ");
    values.set(`10.0.0.1${position + 1}"`, `${address}"`).set(keys[position]!, key.join(" "));
  }
  const cpus = (await lab.ssh("host1", "nproc")).stdout.trim();
  values.set("cpus: 4", `cpus: ${cpus}`);
  return [...values].reduce((text, [example, own]) => {
    expect(text).toContain(example);
    return text.replaceAll(example, own);
  }, page);
}

test("somebody who has nothing but an empty folder deploys by the page alone", async () => {
  // GIVEN
  const packed = pack(folder);
  const gateway = lab.host(DESK).address.replace(/\d+$/, "1");
  const registry = await serve(packed, gateway);
  server = registry.server;
  const begun = Date.now();
  const minutes = (): string => `${((Date.now() - begun) / 60_000).toFixed(1)} min`;
  await equip(registry.url);
  console.log(`Node, npm and Terraform are there: ${minutes()}`);
  const blocks = blocksOf(await withOwnValues(packed.page));
  expect(blocks.length).toBeGreaterThan(7);

  // WHEN
  let here = "~";
  for (const { language, comment, code } of blocks) {
    const [, file] = /^edit: (\S+)$/.exec(comment) ?? [];
    if (file) {
      const text = edited(await onDesk(`cat ${here}/${file}`), code);
      await onDesk(`cat >${here}/${file}`, text);
    } else {
      expect(language).toBe("sh");
      here = await act(code, here);
      await withoutRegistry(here);
      console.log(`${code.trim().replaceAll("\n", "; ")}: ${minutes()}`);
    }
  }

  // THEN
  const ping = await run("curl", ["-sf", `http://${virtualAddress(lab)}/zato/ping`]);
  expect(ping.status).toBe(0);
}, 2_400_000);

/** Runs commands of the page; gives the folder in which they end. */
async function act(commands: string, here: string): Promise<string> {
  const answers = ANSWERS.filter(([command]) => commands.includes(command)).flatMap(([, asked, keys]) => [asked, keys]);
  const words = [`cd ${here}; pwd >~/.here; ${commands}\npwd >~/.here`, ...answers].map(
    (word) => `$'${escaped(word)}'`,
  );
  await onDesk(`npm_config_yes=true newcomer.py ${words.join(" ")}`);
  return (await onDesk("cat ~/.here")).trim();
}

/** For bash, between `$'` and `'`. */
function escaped(word: string): string {
  return word
    .replaceAll(/[\\']/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\u0003", "\\x03");
}

/** What docs/requirements.md says where no provider registry answers. */
async function withoutRegistry(here: string): Promise<void> {
  if (lab.cliConfigFile !== undefined) {
    await onDesk(
      `cd ${here}; sed -i 's/"context": {}/"context": { "cdktf-zato:carrier": "terraform_data" }/' cdktf.json`,
    );
    expect(await onDesk(`cat ${here}/cdktf.json`)).toContain("cdktf-zato:carrier");
  }
}
