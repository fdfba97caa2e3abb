import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { testWith } from "../support/tools";

const folder = temporaryFolder();
const withOpenssl = testWith(["openssl", "version"]);

/** A certificate that is valid for some days, and its private key. */
function certificate(days = 30): { certificate: string; key: string } {
  const [key, cert] = [join(folder(), "key"), join(folder(), "cert")];
  const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=a"];
  const { status, stderr } = spawnSync("openssl", [...words, "-days", String(days), "-keyout", key, "-out", cert], {
    encoding: "utf8",
  });
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  return { certificate: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

/** Installs what was uploaded, as `pem`, or a file of the user's own; files stay with whoever runs the tests. */
function install(pem: string | undefined, file = "", place = join(folder(), "place.pem")): BashResult {
  if (pem !== undefined) {
    writeFileSync(join(folder(), "staged.secret.certificate"), pem);
  }
  const { stdout, ...result } = bash(
    `. "$1/lib/certificates.sh"
     need_packages() { :; }
     fail() { echo "failed: $1"; exit 1; }
     param() { case $1 in certificate) echo "$place" ;; certificate_file) echo "$file" ;; esac; }
     install_file() { install -m "$3" "$1" "$2"; }
     staged=$2 file=$3 place=$4 certificates=()
     install_certificate certificate 0600 root
     echo "certificates: \${certificates[*]}"`,
    [HOST_SCRIPTS, join(folder(), "staged"), file, place],
  );
  return { ...result, stdout: stdout.replaceAll(folder(), "") };
}

withOpenssl("a certificate with its key is put in its place, readable by its owner alone, and noted", () => {
  const { certificate: cert, key } = certificate();
  expect(install(cert + key).stdout).toContain("certificates: /place.pem");
  expect(readFileSync(join(folder(), "place.pem"), "utf8")).toBe(cert + key);
});

withOpenssl("a file of the user's own stays where it is", () => {
  const { certificate: cert, key } = certificate();
  const own = join(folder(), "own.pem");
  writeFileSync(own, cert + key);
  expect(install(undefined, own, own).stdout).toContain("certificates: /own.pem");
});

withOpenssl("there is none where none is declared", () => {
  expect(install(undefined, "", "").stdout).toBe("certificates: \n");
});

describe("fails, and puts nothing in place, for", () => {
  const refused = (pem: string, message: string | RegExp): void => {
    const { status, stdout } = install(pem);
    expect(status).toBe(1);
    expect(stdout).toMatch(message);
    expect(() => readFileSync(join(folder(), "place.pem"))).toThrow();
  };

  withOpenssl("an empty variable", () => refused("", "failed: the certificate is empty; set its Terraform variable"));

  withOpenssl("what is no certificate", () =>
    refused("x", "failed: the certificate does not begin with a certificate in PEM"),
  );

  withOpenssl("a certificate without its key", () =>
    refused(certificate().certificate, "has no private key behind the certificate"),
  );

  withOpenssl("the key of another certificate", () => {
    const { certificate: cert } = certificate();
    refused(cert + certificate().key, "the private key in the certificate is that of another certificate");
  });

  withOpenssl("one that has expired", () => {
    const { certificate: cert, key } = certificate();
    const { stdout } = bash(
      `. "$1/lib/certificates.sh"
       need_packages() { :; }; fail() { echo "failed: $1"; exit 1; }
       openssl() { case "$*" in *-checkend*) return 1 ;; *) command openssl "$@" ;; esac; }
       check_certificate "$2" 'the certificate'`,
      [HOST_SCRIPTS, (writeFileSync(join(folder(), "old.pem"), cert + key), join(folder(), "old.pem"))],
    );
    expect(stdout).toMatch(/^failed: the certificate has expired: /);
  });

  withOpenssl("a file of the user's own that is not there", () => {
    expect(install(undefined, join(folder(), "none.pem")).stdout).toBe(
      "failed: there is no certificate in /none.pem on this host\n",
    );
  });
});
