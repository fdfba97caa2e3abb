import { Backup } from "../../backup";
import { ClusterFrame } from "../../cluster-frame";
import { ClusterRegistration } from "../../cluster-registration";
import { Odb } from "../../odb";
import { RedisServer } from "../../redis-server";
import { Scheduler } from "../../scheduler";
import { WebAdmin } from "../../web-admin";
import { ZatoLoadBalancer } from "../../zato-load-balancer";
import { ZatoServer } from "../../zato-server";
import { ClusterComponents, ComponentOptions, ReleaseComponents } from "../release-components";

/** What a cluster of Zato 4.x consists of. */
export class Components4 implements ReleaseComponents {
  /** From the first to the last. */
  public readonly steps = {
    installation: [],
    odb: ["installation"],
    registration: ["odb"],
    // Without one that answers a server never runs a job.
    redis: ["registration"],
    // One after the other: the first start on a fresh ODB must be serial, and updates never take two servers at once.
    servers: ["registration", "redis"],
    content: ["servers"],
    loadBalancer: ["servers", "content"],
    webAdmin: ["loadBalancer"],
    scheduler: ["webAdmin"],
    backup: ["servers", "content", "webAdmin"],
  };

  public make(
    frame: ClusterFrame,
    { zatoLoadBalancer = {}, webAdmin = {}, backup }: ComponentOptions,
    servers: () => readonly ZatoServer[],
  ): ClusterComponents {
    const made: ClusterComponents & { readonly redis?: RedisServer } = {
      odb: new Odb(frame, "odb"),
      registration: new ClusterRegistration(frame, "registration"),
      ...(frame.redis?.ownUnit !== undefined && { redis: new RedisServer(frame, "redis") }),
      loadBalancer: new ZatoLoadBalancer(frame, "load-balancer", zatoLoadBalancer, {
        servers,
        webAdmin: () => made.webAdmin,
      }),
      webAdmin: new WebAdmin(frame, "web-admin", webAdmin),
      scheduler: new Scheduler(frame, "scheduler"),
      ...(backup && { backup: new Backup(frame, "backup", backup) }),
    };
    return made;
  }
}
