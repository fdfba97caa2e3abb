import type { Lab } from "../../../lab/lab";

/** A certificate authority of a test, and what it signs; kept on the host `client`. */
export class Authority {
  /** Makes one, below a folder of its own. */
  public static async create(lab: Lab, name: string): Promise<Authority> {
    const folder = `/root/${name}`;
    const create =
      `rm -rf ${folder} && mkdir ${folder} && cd ${folder} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 ` +
      `-nodes -days 2 -subj "/CN=${name}" -keyout ca.key -out ca.pem && cat ca.pem`;
    return new Authority(lab, `${folder}/ca.pem`, await lab.execOrThrow("client", create));
  }

  private constructor(
    private readonly lab: Lab,
    /** Where its own certificate is on the host `client`. */
    public readonly file: string,
    /** Its own certificate. */
    public readonly certificate: string,
  ) {}

  /** Signs a new certificate for a DNS name; gives certificate and private key in PEM. Several may be signed at once. */
  public async sign(name: string, days = 1): Promise<string> {
    const folder = this.file.replace(/\/ca\.pem$/, "");
    return this.lab.execOrThrow(
      "client",
      `cd "$(mktemp -d)" && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=${name}" -keyout key ` +
        `-out request && openssl x509 -req -in request -CA ${folder}/ca.pem -CAkey ${folder}/ca.key ` +
        `-set_serial "0x$(openssl rand -hex 8)" -days ${days} ` +
        `-extfile <(echo "subjectAltName=DNS:${name}") -out certificate && cat certificate key`,
    );
  }
}

/** The serial number in a PEM file's first certificate. */
export async function serialOf(lab: Lab, pem: string): Promise<string> {
  return lab.execOrThrow("client", "openssl x509 -noout -serial", { input: pem });
}

/** The serial number of the certificate that somebody shows: `10.88.0.100:443`. */
export async function shownSerial(lab: Lab, address: string): Promise<string> {
  return lab.execOrThrow("client", `openssl s_client -connect ${address} </dev/null | openssl x509 -noout -serial`);
}
