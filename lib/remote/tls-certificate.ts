import { IConstruct } from "constructs";
import { ConstructError, KIND, requireAbsolutePath, requireOpaque } from "../validation";
import { ComponentState } from "./remote-component";
import { requireSecret, Secret } from "./secret";

/**
 * A certificate with the chain that signs it and its private key without a passphrase, together in PEM, as HAProxy takes
 * them: `cat fullchain.pem privkey.pem`. The key never reaches Terraform's state, plan or configuration.
 */
export class TlsCertificate {
  /**
   * A file that is on the hosts already, and that you renew there. After that, tell who uses it: by `systemctl reload` of
   * the unit, for example as certbot's deploy hook.
   *
   * @param path the absolute path, the same on each host; root alone has to be able to read it
   */
  public static fromHostFile(path: string): TlsCertificate {
    return new TlsCertificate(path, undefined);
  }

  /**
   * A text that is given to Terraform at each run. Another `version` of the secret brings a renewed one to the hosts.
   *
   * @param pem a secret from a variable
   */
  public static fromSecret(pem: Secret): TlsCertificate {
    return new TlsCertificate("", pem);
  }

  private constructor(
    /** Where it is on the hosts; empty where it is uploaded. @internal */ readonly _hostFile: string,
    /** @internal */ readonly _pem: Secret | undefined,
  ) {}

  /** @hidden */
  protected get [KIND](): "TlsCertificate" {
    return "TlsCertificate";
  }
}

/** A certificate as a component uses it. */
export interface CertificateUse {
  /** What the component calls it. */
  readonly name: string;
  readonly certificate: TlsCertificate;
  /** Where on the host the component reads it. */
  readonly place: string;
}

/**
 * Refuses what cannot become a certificate on a host.
 *
 * @throws ConstructError when it is no certificate, the path is not absolute, or the secret is none or to be generated
 */
export function requireCertificate(scope: IConstruct, certificate: TlsCertificate): TlsCertificate {
  const { _hostFile: file, _pem: pem } = requireOpaque(scope, "the certificate", TlsCertificate, certificate);
  if (pem !== undefined) {
    requireSecret(scope, "the certificate", pem);
  }
  if (pem?.isGenerated) {
    throw new ConstructError(
      scope,
      "a certificate cannot be generated on a host",
      "give it as TlsCertificate.fromSecret(Secret.fromVariable(…)), or as TlsCertificate.fromHostFile('/…')",
    );
  }
  if (pem === undefined) {
    requireAbsolutePath(scope, "the certificate file", file);
  }
  return certificate;
}

/** What a component is told of its certificates; `lib/certificates.sh` reads it. */
export function certificateState(
  uses: readonly CertificateUse[],
): Required<Pick<ComponentState, "parameters" | "secrets">> {
  return {
    parameters: Object.fromEntries(
      uses.flatMap(({ name, place, certificate: { _hostFile: file } }): [string, string][] => [
        [name, place],
        ...(file ? [[`${name}_file`, file] as [string, string]] : []),
      ]),
    ),
    secrets: Object.fromEntries(
      uses.flatMap(({ name, certificate: { _pem: pem } }) => (pem ? [[name, pem] as const] : [])),
    ),
  };
}

/** The certificates that the user's own files are, as those must be there and be read anew. */
export function fromHostFiles(uses: readonly CertificateUse[]): CertificateUse[] {
  return uses.filter(({ certificate }) => certificate._hostFile !== "");
}
