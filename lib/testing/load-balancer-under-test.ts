import { Construct } from "constructs";
import { Affinity } from "../content";
import { IHost } from "../host";
import { IExternalLoadBalancer } from "../load-balancing";

/** A synthesized stack as Terraform reads it: `cdk.tf.json`. */
export interface TerraformConfiguration {
  /** By type and name. */
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;

  /** By name. */
  readonly output?: Readonly<Record<string, TerraformOutputValue>>;
}

/** An output of a stack. */
export interface TerraformOutputValue {
  /** What `terraform output` prints of it. */
  readonly value: unknown;
}

/** Beginnings of URL paths for which clients come back otherwise than for all others. */
export interface RenderedStickyPath {
  /** The beginning of the path. */
  readonly path: string;

  /** By what clients come back to the same member. */
  readonly affinity: Affinity["kind"];
}

/** What a kind of load balancer told its device, read back out of what it rendered. */
export interface RenderedPool {
  /** All members, in any order. */
  readonly members: readonly RenderedMember[];

  /** The path that the health check asks for. */
  readonly healthPath: string;

  /** The statuses that it takes for healthy. */
  readonly healthyStatuses: readonly number[];

  /** Seconds between two checks. */
  readonly healthInterval: number;

  /** By what clients come back to the same member, whatever they ask for. */
  readonly affinity: Affinity["kind"];

  /** Beginnings of URL paths for which they do so otherwise. */
  readonly stickyPaths: readonly RenderedStickyPath[];

  /** Whether clients speak TLS to the device. */
  readonly usesTls: boolean;
}

/** A member as it was rendered. */
export interface RenderedMember {
  /** Where the device reaches it. */
  readonly address: string;

  /** The port at which it does. */
  readonly port: number;

  /** True when it gets no new requests. */
  readonly isDrained: boolean;
}

/** A kind of load balancer, and what it says of itself. */
export interface LoadBalancerUnderTest {
  /** Makes one in an empty stack, on hosts of which it may use as many as it likes. */
  readonly create: (scope: Construct, id: string, hosts: readonly IHost[]) => IExternalLoadBalancer;

  /**
   * Makes one to which clients speak TLS.
   *
   * @default - the kind has no TLS
   */
  readonly createWithTls?: (scope: Construct, id: string, hosts: readonly IHost[]) => IExternalLoadBalancer;

  /** Reads back what the balancer of the id given to `create` told its device. */
  readonly read: (configuration: TerraformConfiguration, id: string) => RenderedPool;

  /** By what it brings clients back to the same cluster. */
  readonly affinities: readonly Affinity[];

  /** By what it does so for some URL paths only. */
  readonly pathAffinities: readonly Affinity[];

  /**
   * Whether it speaks TLS to clusters.
   *
   * @default false
   */
  readonly memberTls?: boolean;

  /** An id of the greatest length that the kind takes. */
  readonly longestId: string;

  /** Ids that it refuses, for example one that is a character too long. */
  readonly refusedIds: readonly string[];
}

/** A rule that every kind of load balancer keeps. */
export interface ContractRule {
  /** The rule in words: the name of a test. */
  readonly rule: string;

  /**
   * Throws when the kind breaks the rule.
   *
   * @throws AssertionError
   */
  readonly check: () => void;
}
