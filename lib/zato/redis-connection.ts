import { IConstruct } from "constructs";
import { HostFacts, requireSecret, Secret } from "../remote";
import {
  canonicalAddress,
  ConstructError,
  hostPort,
  isLoopback,
  KIND,
  requireAddress,
  requirePort,
  requireWhole,
} from "../validation";
import { RedisSettings } from "./release/redis-settings";

/** What a Redis is referred to by. */
export interface RedisConnectionProps {
  /** Where it is reached: IP address or DNS name. */
  readonly host: string;

  /**
   * Its port.
   *
   * @default 6379
   */
  readonly port?: number;

  /**
   * The number of the database in it.
   *
   * @default 0
   */
  readonly database?: number;

  /**
   * The password that it asks for.
   *
   * @default - it asks for none
   */
  readonly password?: Secret;
}

/**
 * A Redis for a cluster. Zato 3.2 and 3.3 need none; 4.1 has one of its own unless it is referred to another. Like the ODB it belongs to one cluster: Zato's docs say
 * that Redis cannot be shared between clusters.
 */
export class RedisConnection {
  /** Refers to a Redis that exists already. */
  public static of(props: RedisConnectionProps): RedisConnection {
    return new RedisConnection(props);
  }

  private constructor(private readonly props: RedisConnectionProps) {}

  /** @hidden */
  protected get [KIND](): "RedisConnection" {
    return "RedisConnection";
  }

  /** What tells it from others. */
  public get identity(): string {
    return this.identityAt(this.props.host);
  }

  /** What tells it from others, if it is referred to from a host. @internal */
  public _identityOn(host: HostFacts): string {
    return this.identityAt(isLoopback(this.props.host) ? host.address : this.props.host);
  }

  /** Where it is. @internal */
  public _settings(scope: IConstruct): RedisSettings {
    return {
      host: requireAddress(scope, "address of a Redis", this.props.host),
      port: requirePort(scope, "the port of the Redis", this.props.port ?? 6379),
      database: requireWhole(scope, "the database of the Redis", this.props.database ?? 0, 0),
    };
  }

  /** @internal */
  public _passwordFor(scope: IConstruct): Secret | undefined {
    const { password } = this.props;
    if (password === undefined) {
      return undefined;
    }
    if (requireSecret(scope, `the password of the Redis ${this.identity}`, password).isGenerated) {
      throw new ConstructError(
        scope,
        `the password of the Redis ${this.identity} cannot be generated on the Zato host`,
        "the Redis has it already: give it by Secret.fromVariable()",
      );
    }
    return password;
  }

  private identityAt(address: string): string {
    return `${hostPort(canonicalAddress(address), this.props.port ?? 6379)}/${this.props.database ?? 0}`;
  }
}
