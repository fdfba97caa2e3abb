import { KIND } from "../validation";

/** Which address the clusters see requests come from. */
export class F5Snat {
  /** One of the device's own: answers come back to it wherever the clusters' default route leads. */
  public static readonly AUTO = new F5Snat("auto");

  /** The client's. The clusters must then have the device as their default route. */
  public static readonly NONE = new F5Snat("none");

  /** One of a SNAT pool of the device, for example `/Common/snat`. */
  public static pool(path: string): F5Snat {
    return new F5Snat({ bigip: path });
  }

  private constructor(
    /** @internal As AS3 has it. */
    readonly _snat: string | { readonly bigip: string },
  ) {}

  /** @hidden */
  protected get [KIND](): "F5Snat" {
    return "F5Snat";
  }
}
