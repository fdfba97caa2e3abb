/** Where a component runs, as far as its unit has to know. */
export interface ComponentRuntime {
  /** The folder of Zato's code, a virtualenv. */
  readonly zato: string;

  /** Directives by which the unit gets that very code. */
  readonly code: Readonly<Record<string, string>>;

  /** The component's own folder. */
  readonly path: string;

  /** The cluster's name, for descriptions. */
  readonly cluster: string;
}

/** A server as its unit and environment see it. */
export interface ServerRuntime extends ComponentRuntime {
  readonly name: string;
  readonly environmentFile: string;
  /** `127.0.0.1:17010` */
  readonly bind: string;
  readonly workers: number;
  readonly ipcPort: number;
  /** The port of the cluster's scheduler. */
  readonly schedulerPort: number;
  /** What is run, as root, around each of its starts: with `before`, and with `after` and the number of its process. */
  readonly startHook: { readonly before: string; readonly after: string };
  /** Another text is another unit, and so a restart. */
  readonly restartedAt?: string;
}

/** A web-admin as its unit sees it. */
export interface WebAdminRuntime extends ComponentRuntime {
  /** `127.0.0.1:8183` */
  readonly bind: string;
}

/**
 * All that differs between releases of Zato. The constructs ask this, and nothing else, so that another release is
 * another implementation.
 */
export interface ReleaseBehavior {
  /** The unit of a server. */
  serverUnit(runtime: ServerRuntime): string;

  /** What a server is told by its environment. */
  serverEnvironment(runtime: ServerRuntime): Record<string, string>;

  /** The unit of web-admin. */
  webAdminUnit(runtime: WebAdminRuntime): string;

  /** Whether web-admin takes its address from its configuration file rather than from its unit. */
  readonly webAdminBindsByConfiguration: boolean;

  /** The unit of the scheduler. */
  schedulerUnit(runtime: ComponentRuntime): string;

  /** URL paths of channels that are there out of the box and that nobody should be able to call. */
  readonly closedChannels: readonly string[];

  /** Beginnings of URL paths that are Zato's own, kept from clients but for those that the user opens. */
  readonly privatePaths: readonly string[];

  /** The URL path whose answer 200 means that a server works. */
  readonly healthPath: string;
}
