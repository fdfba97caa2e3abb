import { KIND } from "../validation";
import { As3Objects } from "./as3-objects";

/** A certificate that is on the device already. */
export interface F5CertificateProps {
  /** The certificate, for example `/Common/esb.example.com.crt`. */
  readonly certificate: string;

  /** Its key, for example `/Common/esb.example.com.key`. It never leaves the device. */
  readonly privateKey: string;

  /**
   * The certificates between it and a root, for example `/Common/intermediate.crt`.
   *
   * @default - none
   */
  readonly chain?: string;
}

/** TLS by reference to what is on the device, so that no key touches Terraform. */
export class F5Tls {
  /** A client-SSL profile of the device, for example `/Common/esb`: ciphers and client certificates are as it says. */
  public static profile(path: string): F5Tls {
    return new F5Tls({ bigip: path }, {});
  }

  /** A certificate of the device, with the cipher settings that AS3 takes by default. */
  public static certificate({ certificate, privateKey, chain }: F5CertificateProps): F5Tls {
    return new F5Tls("tls", {
      tls: { class: "TLS_Server", certificates: [{ certificate: "certificate" }] },
      certificate: {
        class: "Certificate",
        certificate: { bigip: certificate },
        privateKey: { bigip: privateKey },
        ...(chain === undefined ? {} : { chainCA: { bigip: chain } }),
      },
    });
  }

  private constructor(
    /** @internal What a service refers to. */
    readonly _serverTls: string | { readonly bigip: string },
    /** @internal What is declared for it. */
    readonly _objects: As3Objects,
  ) {}

  /** @hidden */
  protected get [KIND](): "F5Tls" {
    return "F5Tls";
  }
}
