import { LOOPBACK } from "../../../validation";
import { RenderedDatabase } from "../../rendered-database";
import {
  ClusterCreation,
  Command,
  ComponentCreation,
  ReleaseCommands,
  SchedulerCreation,
  ServerCreation,
} from "../release-commands";

/** As whom servers talk to the scheduler. */
const API_USER = "server_api_client1";

/** By what users of web-admin are created. */
const WEB_ADMIN_PASSWORD = { password: "web_admin_password" };

/** What `zato from-config` of Zato 3.x is told. */
export class Commands3 implements ReleaseCommands {
  public createOdb(odb: RenderedDatabase): Command {
    return { name: "create_odb", fields: odbOf(odb), secrets: { odb_password: "odb_password" } };
  }

  /** web-admin reaches servers through the load-balancer's address: loopback, from where Zato's own paths are let through. */
  public createCluster({ odb, clusterName, loadBalancerPort }: ClusterCreation): Command {
    return {
      name: "create_cluster",
      fields: {
        ...odbOf(odb),
        cluster_name: clusterName,
        lb_host: LOOPBACK,
        lb_port: loadBalancerPort,
        lb_agent_port: 20151,
      },
      secrets: {
        odb_password: "odb_password",
        secret_key: "secret_key",
        admin_invoke_password: "admin_invoke_password",
      },
    };
  }

  public createServer({ odb, path, clusterName, server, port, workers, scheduler }: ServerCreation): Command {
    return {
      name: "create_server",
      fields: {
        ...odbOf(odb),
        path,
        cluster_name: clusterName,
        server_name: server,
        http_port: port,
        threads: workers,
        scheduler_address_for_server: `http://${scheduler}`,
        scheduler_api_client_for_server_username: API_USER,
      },
      secrets: {
        odb_password: "odb_password",
        secret_key: "secret_key",
        jwt_secret: "jwt_secret",
        scheduler_api_client_for_server_password: "scheduler_api_password",
      },
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
    return { name: "update_password", fields: { path, username }, secrets: WEB_ADMIN_PASSWORD };
  }

  /**
   * Through the load-balancer, so that jobs go on while a server restarts: with a 'server_path' Zato would ignore the address, and ask
   * that server alone. Without a scheme it would take the address for https.
   */
  public createScheduler({ odb, path, clusterName, bind, port, servers }: SchedulerCreation): Command {
    return {
      name: "create_scheduler",
      fields: {
        ...odbOf(odb),
        path,
        cluster_name: clusterName,
        bind_host: bind,
        bind_port: port,
        server_address_for_scheduler: `http://${servers}`,
        scheduler_api_client_for_server_username: API_USER,
      },
      secrets: {
        odb_password: "odb_password",
        secret_key: "secret_key",
        server_api_client_for_scheduler_password: "admin_invoke_password",
        scheduler_api_client_for_server_password: "scheduler_api_password",
      },
    };
  }
}

function odbOf(odb: RenderedDatabase): Record<string, string | number> {
  return {
    odb_type: odb.engine,
    odb_host: odb.host,
    odb_port: odb.port,
    odb_user: odb.username,
    odb_db_name: odb.database,
  };
}
