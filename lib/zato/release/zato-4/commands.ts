import { RenderedDatabase } from "../../rendered-database";
import { ClusterCreation, Command, ComponentCreation, ReleaseCommands, ServerCreation } from "../release-commands";

/** What `zato from-config` of Zato 4.x is told. */
export class Commands4 implements ReleaseCommands {
  public createOdb(odb: RenderedDatabase): Command {
    return { name: "create_odb", fields: odbOf(odb), secrets: { odb_password: "odb_password" } };
  }

  public createCluster({ odb, clusterName }: ClusterCreation): Command {
    return {
      name: "create_cluster",
      fields: { ...odbOf(odb), cluster_name: clusterName },
      secrets: {
        odb_password: "odb_password",
        secret_key: "secret_key",
        admin_invoke_password: "admin_invoke_password",
      },
    };
  }

  public createServer({ odb, path, clusterName, server, port, workers, redis }: ServerCreation): Command {
    return {
      name: "create_server",
      fields: {
        ...odbOf(odb),
        path,
        cluster_name: clusterName,
        server_name: server,
        http_port: port,
        threads: workers,
        ...(redis && { redis_host: redis.host, redis_port: redis.port }),
      },
      secrets: { odb_password: "odb_password", secret_key: "secret_key" },
    };
  }

  public createWebAdmin({ odb, path }: ComponentCreation): Command {
    return {
      name: "create_web_admin",
      fields: { ...odbOf(odb), path },
      secrets: { odb_password: "odb_password", admin_invoke_password: "admin_invoke_password" },
    };
  }

  public updatePassword(path: string, username: string): Command {
    return { name: "update_password", fields: { path, username }, secrets: { password: "web_admin_password" } };
  }

  /** There is nothing to create: a scheduler is told all by its environment. */
  public createScheduler(): undefined {
    return undefined;
  }
}

/** With the fields of TLS, which it reads whether there is any or not. */
function odbOf(odb: RenderedDatabase): Record<string, string | number> {
  return {
    odb_type: odb.engine,
    odb_host: odb.host,
    odb_port: odb.port,
    odb_user: odb.username,
    odb_db_name: odb.database,
    odb_ssl: "",
    odb_ssl_ca_file: "",
    odb_ssl_cert_file: "",
    odb_ssl_key_file: "",
    odb_ssl_verify: "",
  };
}
