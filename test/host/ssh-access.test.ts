import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import { SshAccessProps, SshKey } from "cdktf-zato";
import { temporaryFolder } from "../support/bash";
import { HOST_KEY, newHost, newStack, SSH } from "../support/stack";
import { newKeyFile } from "../support/ssh-key";
import { commandsOf, Template } from "../support/template";

const folder = temporaryFolder();

function preflightWith(ssh: Partial<SshAccessProps>): ReturnType<Template["resource"]> {
  const stack = newStack();
  newHost(stack, "host1", { ssh: { ...SSH, ...ssh } });
  return Template.synth(stack).resource("host1/preflight/Resource");
}

function hostWith(ssh: Partial<SshAccessProps>): () => void {
  return () => void newHost(newStack(), "host1", { ssh: { ...SSH, ...ssh } });
}

test("by default the agent's key, port 22 and sudo, with the host key pinned", () => {
  expect(preflightWith({}).connection).toEqual({
    type: "ssh",
    host: "10.0.0.11",
    port: 22,
    user: "ops",
    agent: "true",
    host_key: HOST_KEY,
    timeout: "1m",
    script_path: ".cdktf-zato/run/%RAND%.sh",
  });
});

test("no script ever runs from /tmp, which may be noexec", () => {
  const [, ...provisioner] = preflightWith({}).provisioner!;
  expect(JSON.stringify(provisioner)).not.toContain("/tmp");
});

test("the staging folder is made before anything is put there, for the login user alone", () => {
  const [, ...provisioner] = preflightWith({}).provisioner!;
  const [bootstrap, run] = provisioner;
  expect(bootstrap?.file).toMatchObject({
    destination: ".cdktf-zato-${self.id}.sh",
    content: expect.stringMatching(/^umask 077\nmkdir -p (\S+)\/run\nchmod 0700 \1 \1\/run$/m) as string,
  });
  // Terraform lets everybody change a script of its own before it runs it, but where it takes the host for Windows.
  expect(run?.["remote-exec"]?.connection).toMatchObject({
    script_path: "sh .cdktf-zato-${self.id}.sh",
    target_platform: "windows",
  });
  expect(provisioner.slice(2, 4).map(({ file }) => file?.destination)).toEqual([
    ".cdktf-zato/scripts.${self.id}",
    ".cdktf-zato/preflight.${self.id}.manifest",
  ]);
});

test("a key file is named by its path, and read by Terraform alone", () => {
  // GIVEN
  const key = newKeyFile(folder());

  // WHEN
  const resource = preflightWith({ key: SshKey.file(key) });

  // THEN
  expect(resource.connection).toMatchObject({ agent: "false", private_key: `\${file("${key}")}` });
  expect(JSON.stringify(resource)).not.toContain("PRIVATE KEY");
});

describe("a key file", () => {
  test.each([
    ["in OpenSSH's own format", []],
    ["in PEM", ["-m", "PEM"]],
    ["in PKCS 8", ["-m", "PKCS8"]],
  ])("%s is taken without a passphrase, and refused with one", (_, options) => {
    expect(hostWith({ key: SshKey.file(newKeyFile(folder(), "", ...options)) })).not.toThrow();
    rmSync(join(folder(), "id"));
    expect(hostWith({ key: SshKey.file(newKeyFile(folder(), "secret", ...options)) })).toThrow(
      /holds a key that is encrypted by a passphrase; load it into an SSH agent, which SshKey.agent\(\) asks/,
    );
  });

  test("of the public half is refused", () => {
    const key = SshKey.file(`${newKeyFile(folder())}.pub`);
    expect(hostWith({ key })).toThrow(
      /id.pub' holds a public key; give the private one, usually the file of the same name/,
    );
  });

  test.each([
    ["PuTTY-User-Key-File-3: ssh-ed25519\n", /in PuTTY's format; convert it: puttygen/],
    ["", /holds no private key; give one that 'ssh-keygen' has made/],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", /holds no private key/],
    [`${openSshKey("sk-ssh-ed25519@openssh.com")}`, /needs a security key to be touched; load it into an SSH agent/],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", /holds no private key/],
  ])("that holds %j is refused", (text, message) => {
    const file = join(folder(), "key");
    writeFileSync(file, text);
    expect(hostWith({ key: SshKey.file(file) })).toThrow(message);
  });
});

/** The head of a key as OpenSSH writes it, without a key. */
function openSshKey(type: string): string {
  const text = (value: Buffer | string): Buffer => {
    const data = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, data]);
  };
  const none = [text("none"), text("none"), text("")];
  const head = [Buffer.from("openssh-key-v1\0"), ...none, Buffer.from([0, 0, 0, 1]), text(text(type))];
  const body = Buffer.concat(head).toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

test("a folder is no key file", () => {
  const key = newKeyFile(folder());
  expect(hostWith({ key: SshKey.file(folder()) })).toThrow(/stack\/host1: the SSH key file '.*' is not there/);
  expect(hostWith({ key: SshKey.file(`${key}/`) })).toThrow(/stack\/host1: the SSH key file '.*' is not there/);
});

test.each(["ops", "DOMAIN\\ops", "ops@example.com", "machine$"])("'%s' is a user", (user) => {
  expect(preflightWith({ user }).connection).toMatchObject({ user });
});

test.each(["a b", "${x}", "%{ if true }", 'a"b'])("'%s' is no user", (user) => {
  expect(hostWith({ user })).toThrow(
    `stack/host1: the SSH user is '${user}'; give the name by which one logs in, without spaces`,
  );
});

test("the comment of a host key is nothing that Terraform would evaluate", () => {
  expect(preflightWith({ hostKey: `${HOST_KEY} root@host1` }).connection).toMatchObject({
    host_key: `${HOST_KEY} root@host1`,
  });
  expect(hostWith({ hostKey: `${HOST_KEY} \${x}` })).toThrow(/is no SSH host key/);
});

test.each(["user", "hostKey"])("what is missing where JavaScript or an environment variable gave none: %s", (name) => {
  expect(hostWith({ [name]: undefined })).toThrow(/^stack\/host1: /);
});

test("a key from a variable", () => {
  const stack = newStack();
  const key = SshKey.fromVariable(new TerraformVariable(stack, "key", {}));
  newHost(stack, "host1", { ssh: { ...SSH, key } });
  const template = Template.synth(stack);
  expect(template.resource("host1/preflight/Resource").connection).toMatchObject({
    agent: "false",
    private_key: "${var.key}",
  });
  expect(template.json.variable).toEqual({ key: { ephemeral: true, sensitive: true } });
});

test("a bastion takes port 22 and the host's user unless told otherwise", () => {
  const bastion = { address: "bastion.example.com", hostKey: HOST_KEY };
  expect(preflightWith({ bastion }).connection).toMatchObject({
    bastion_host: "bastion.example.com",
    bastion_host_key: HOST_KEY,
    bastion_port: 22,
  });
  // Terraform takes it for both, each by its address.
  expect(preflightWith({ bastion }).connection?.host_key).toMatch(
    new RegExp(
      `^sk-ssh-\\S+ \\S+\\n@cert-authority \\[10.0.0.11\\]:22 ${HOST_KEY.replace(/[+/]/g, "\\$&")}\\n@cert-authority \\[bastion`,
    ),
  );
  expect(preflightWith({ bastion }).connection).not.toHaveProperty("bastion_user");
  expect(preflightWith({ bastion: { ...bastion, user: "jump", port: 2222 } }).connection).toMatchObject({
    bastion_user: "jump",
    bastion_port: 2222,
  });
});

test.each([
  [{ user: "ops" }, "sudo -n bash"],
  [{ user: "root" }, "bash"],
  [{ user: "ops", sudo: false }, "bash"],
  [{ user: "root", sudo: true }, "sudo -n bash"],
])("with %j things are removed by '%s'", (ssh, command) => {
  const stack = newStack();
  newHost(stack, "host1", { ssh: { ...SSH, ...ssh } });
  const { provisioner } = Template.synth(stack).lifetime("host1");
  expect(commandsOf(provisioner?.[0])).toEqual([`${command} .cdktf-zato/scripts/remove.sh host host1`]);
});

describe("fails for", () => {
  test.each([
    [
      "no host key",
      { hostKey: "" },
      /'' is no SSH host key; give one of the host's keys, on one line, as 'ecdsa-sha2-nistp256 AAAA…'/,
    ],
    ["a fingerprint", { hostKey: "SHA256:abc" }, /is no SSH host key/],
    ["a line of known_hosts", { hostKey: `host1 ${HOST_KEY}` }, /is no SSH host key/],
    ["a host key with a line break", { hostKey: `${HOST_KEY}\nx` }, /is no SSH host key/],
    ["several host keys", { hostKey: `${HOST_KEY} host1\n${HOST_KEY} host1\n` }, /is no SSH host key/],
    [
      "what ssh-keyscan prints",
      { hostKey: `# host1:22 SSH-2.0-OpenSSH_9.2\nhost1 ${HOST_KEY}\n` },
      /is no SSH host key/,
    ],
    ["a port out of range", { port: 0 }, "stack/host1: the SSH port is 0; give a whole number from 1 to 65535"],
    ["no user", { user: "" }, /the SSH user is ""; give text on one line/],
    [
      "a relative key file",
      { key: SshKey.file("id_ed25519") },
      /the SSH key file 'id_ed25519' is not there; give the absolute path/,
    ],
    ["a missing key file", { key: SshKey.file("/nowhere/id") }, /the SSH key file '\/nowhere\/id' is not there/],
    ["a bastion without address", { bastion: { address: "a b", hostKey: HOST_KEY } }, /'a b' is no bastion address/],
    ["a bastion without host key", { bastion: { address: "a", hostKey: "x" } }, /'x' is no SSH host key/],
    [
      "a bastion's port",
      { bastion: { address: "a", hostKey: HOST_KEY, port: 70000 } },
      /the bastion's SSH port is 70000/,
    ],
    ["a bastion's user", { bastion: { address: "a", hostKey: HOST_KEY, user: "" } }, /the bastion's user is ""/],
  ])("%s", (_, ssh, message) => {
    expect(hostWith(ssh)).toThrow(message);
  });

  test.each(['"', "$", "%", "\\"])(
    "a key file with %s in its name, which Terraform would not take literally",
    (character) => {
      const key = join(folder(), `a${character}b`);
      writeFileSync(key, "");
      expect(hostWith({ key: SshKey.file(key) })).toThrow(/without quotes, '\$', '%' and backslashes/);
    },
  );
});

test("a host key may be the text of a file, which ends with a line break", () => {
  expect(preflightWith({ hostKey: `${HOST_KEY} root@host1\n` }).connection?.host_key).toBe(`${HOST_KEY} root@host1`);
});

test.each(["ssh-ed25519 AAAA comment", "ssh-rsa AAAA==", "ecdsa-sha2-nistp256 AAAA="])(
  "'%s' is a host key",
  (hostKey) => {
    expect(hostWith({ hostKey })).not.toThrow();
  },
);
