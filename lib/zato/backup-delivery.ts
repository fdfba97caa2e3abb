import { IConstruct } from "constructs";
import { KIND, requireAbsolutePath, requireLine } from "../validation";
import { readScript } from "./text-file";

/** A delivery as the host's scripts see it. @internal */
export interface RenderedDelivery {
  readonly parameters: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Where each backup goes besides its folder on the host. The program runs as root, with the path of the finished backup as
 * its last argument; where it fails, the backup's unit has failed, and the backup stays on the host.
 */
export class BackupDelivery {
  /**
   * A program that is on the host. Its arguments are handed over as they are, without a shell; they are not for secrets,
   * since they stand in Terraform's state.
   *
   * @param program its absolute path
   */
  public static command(program: string, ...args: string[]): BackupDelivery {
    return new BackupDelivery((scope) => ({
      parameters: {
        deliver: [
          requireAbsolutePath(scope, "the path of the program that takes backups", program),
          ...args.map((arg) => requireLine(scope, `an argument of ${program}`, arg)),
        ].join("\n"),
      },
      files: {},
    }));
  }

  /**
   * A script of the user's own, which goes to the host with the declaration.
   *
   * @param file its absolute path on the machine that runs `cdktf`
   */
  public static script(file: string): BackupDelivery {
    return new BackupDelivery((scope) => ({
      parameters: {},
      files: { deliver: readScript(scope, "the script that takes backups", file) },
    }));
  }

  /** @internal */
  public readonly _render: (scope: IConstruct) => RenderedDelivery;

  private constructor(render: (scope: IConstruct) => RenderedDelivery) {
    this._render = render;
  }

  /** @hidden */
  protected get [KIND](): "BackupDelivery" {
    return "BackupDelivery";
  }
}
