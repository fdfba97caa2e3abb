import { readFileSync } from "node:fs";
import { IConstruct } from "constructs";
import { ConstructError, requireLocalFile } from "../validation";

/** What Terraform can log in with, as PEM calls it: the forms that Go's `ssh.ParsePrivateKey` knows. */
const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC |DSA |OPENSSH )?)PRIVATE KEY-----([^-]*)-----END/;

const PUBLIC_KEY = /^\s*(ssh-|ecdsa-|sk-|---- BEGIN SSH2 PUBLIC KEY|-----BEGIN (RSA )?PUBLIC KEY)/;

const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

const USE_AGENT = "load it into an SSH agent, which SshKey.agent() asks, or give one without a passphrase";

const USE_ANOTHER = "give one that 'ssh-keygen' has made";

/**
 * Refuses a file that Terraform could not log in with: it would find out on the first host. Nothing of the key is kept.
 *
 * @throws ConstructError when the path is relative or none that Terraform takes literally, there is no such file, it cannot be
 * read, or it holds a public key, an encrypted one, one of a security key, or none
 */
export function requirePrivateKey(scope: IConstruct, path: string): string {
  const text = readKey(scope, requireLocalFile(scope, "the SSH key file", path));
  if (/["$%\\]/.test(path)) {
    throw new ConstructError(
      scope,
      `Terraform would not take the path of the SSH key file '${path}' literally`,
      "keep the key at a path without quotes, '$', '%' and backslashes",
    );
  }
  const refuse = (what: string, wayOut: string): never => {
    throw new ConstructError(scope, `the SSH key file '${path}' holds ${what}`, wayOut);
  };
  if (PUBLIC_KEY.test(text)) {
    refuse("a public key", "give the private one, usually the file of the same name without '.pub'");
  }
  if (text.startsWith("PuTTY-User-Key-File")) {
    refuse("a key in PuTTY's format", "convert it: puttygen KEY -O private-openssh -o NEW_KEY");
  }
  if (ENCRYPTED.test(text)) {
    refuse("a key that is encrypted by a passphrase", USE_AGENT);
  }
  const [, form, body] = PRIVATE_KEY.exec(text) ?? refuse("no private key", USE_ANOTHER);
  if (form === "OPENSSH ") {
    const { cipher, type } = readOpenSshKey(body!) ?? refuse("no private key", USE_ANOTHER);
    if (cipher !== "none") {
      refuse("a key that is encrypted by a passphrase", USE_AGENT);
    }
    if (type.startsWith("sk-")) {
      refuse("a key that needs a security key to be touched", USE_AGENT);
    }
  }
  return path;
}

function readKey(scope: IConstruct, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConstructError(
      scope,
      `the SSH key file '${path}' cannot be read: ${(error as Error).message}`,
      "let the user who runs cdktf read it, or use an SSH agent",
    );
  }
}

const MAGIC = "openssh-key-v1\0";

/**
 * The head of a key in OpenSSH's own format (PROTOCOL.key in its sources): a magic word, cipher, key derivation with its
 * options, the number of keys, and the public key, which begins with its type.
 */
function readOpenSshKey(base64: string): { cipher: string; type: string } | undefined {
  const data = Buffer.from(base64, "base64");
  if (data.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    return undefined;
  }
  let position = MAGIC.length;
  const read = (): Buffer => {
    const length = position + 4 <= data.length ? data.readUInt32BE(position) : 0;
    const value = data.subarray(position + 4, position + 4 + length);
    position += 4 + length;
    return value;
  };
  const [cipher] = [read(), read(), read()];
  position += 4;
  const publicKey = read();
  const type = publicKey.length < 4 ? "" : publicKey.subarray(4, 4 + publicKey.readUInt32BE(0)).toString();
  return { cipher: cipher.toString(), type };
}
