import { ComponentState, HostRequirements } from "../remote";
import { LOOPBACK } from "../validation";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { unitOf, writesOnlyTo } from "./systemd-unit";

/**
 * A cluster's own Redis, an instance beside whatever Redis the host has: jobs go through it, and another cluster's would take them. What is in
 * it is on its way, and in no backup: jobs themselves are in the ODB.
 */
export class RedisServer extends ClusterComponent {
  /** The port on which it listens on loopback. */
  public readonly port: number;

  /** @hidden A cluster makes its components itself. */
  constructor(frame: ClusterFrame, id: string) {
    super(frame, id, "redis");
    this.port = frame.redis!.port;
    this.machine.ports.claim(this, this.port, "Redis");
  }

  protected override state(): ComponentState {
    const { path, unit, folder, port } = this;
    const config = `${folder}/redis.conf`;
    return {
      parameters: { ...this.common(), path, unit, folder, bind: LOOPBACK, port: String(port) },
      files: {
        config: renderRedisConfig({ port, data: path, users: `${folder}/users.acl` }),
        unit: unitOf(`Redis of ${this.frame.clusterName}`, this.unitLabels, {
          ...writesOnlyTo(path),
          Type: "notify",
          ExecStart: `/usr/bin/redis-server ${config}`,
        }),
      },
      secrets: { redis_password: this.frame.secrets.redis_password! },
    };
  }

  /** Its configuration, which is root's. */
  private get folder(): string {
    return this.frame.paths.configuration(this.node.id);
  }

  /** Measured: 10 MiB, with little in it. */
  protected override requirements(): HostRequirements {
    return { memory: 32, disk: 64 };
  }
}

interface RedisConfig {
  readonly port: number;
  /** The folder of what it keeps. */
  readonly data: string;
  /** The file that says who may do what, by hashes of passwords. */
  readonly users: string;
}

/** Streams outlast a restart. It never drops a job for want of memory. */
function renderRedisConfig({ port, data, users }: RedisConfig): string {
  return `# Managed by cdktf-zato. Changes made here are lost.
bind ${LOOPBACK}
port ${port}
protected-mode yes
daemonize no
supervised systemd
logfile ""
dir ${data}
aclfile ${users}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
`;
}
