import { IConstruct } from "constructs";
import { ConstructError } from "../../../validation";
import { Declared, ReleaseDemands } from "../release-demands";

/** What Zato 3.x takes of what is declared: all but what came with later releases. */
export class Demands3 implements ReleaseDemands {
  public readonly sharedSecrets = ["secret_key", "jwt_secret", "admin_invoke_password", "scheduler_api_password"];
  public readonly databasePrefix = "zato";
  public readonly needsRedis = false;
  public readonly hostPackages = [];
  public readonly libraries = {};

  public require(cluster: IConstruct, { hasAuditLogDays }: Declared): void {
    if (hasAuditLogDays) {
      throw new ConstructError(
        cluster,
        "'auditLogDays' is given, and the cluster's release keeps no such log",
        "leave it out, or declare a release of 4.1 or later",
      );
    }
  }

  public requireServer(): void {}
}
