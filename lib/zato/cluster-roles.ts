import { TerraformResource } from "cdktf";
import { IConstruct } from "constructs";
import { IHost } from "../host";
import { Predecessor, RemoteComponent, Secret } from "../remote";
import { ClusterPaths } from "./cluster-paths";
import { ContentDialect } from "./release/content-dialect";
import { ClusterTraffic, MemberTls } from "./zato-load-balancer-options";

/** What is a member of a pool: requests are spread over it. */
export interface IPoolCluster extends IConstruct {
  /** Its name, which no other cluster of the deployment has. */
  readonly clusterName: string;

  /** What it is lost together with. */
  readonly failureDomain: string;

  /** The address at which balancers in front reach it. */
  readonly memberAddress: string;

  /** The port at which they do. */
  readonly memberPort: number;

  /** How it is known, where it speaks TLS on that port. */
  readonly memberTls?: MemberTls;

  /** Beginnings of URL paths that are Zato's own, which balancers in front refuse too. */
  readonly privatePaths: readonly string[];

  /**
   * Seconds that a health check has to give it while it is busy.
   *
   * @default - as many as one gives it
   */
  readonly leastCheckTimeout?: number;

  /**
   * Whether it takes bodies of requests in chunks, without a length.
   *
   * @default true
   */
  readonly takesChunks?: boolean;

  /**
   * The most bytes of a request's body that it takes.
   *
   * @default - there is no limit
   */
  readonly largestBody?: number;

  /**
   * Whether it answers by 425 ([RFC 8470](https://www.rfc-editor.org/rfc/rfc8470)) where none of its servers has taken a request that says
   * `Early-Data: 1`, and hides what services answer by 425: a balancer in front may then ask another cluster.
   *
   * @default false
   */
  readonly saysNotExecuted?: boolean;

  /** Where hosts of other clusters find out whether it answers: `http://10.0.0.11:11223/zato/ping`. */
  readonly healthUrl: string;

  /** All that must be as declared before it gets requests; only to be asked for at synth. */
  readonly components: RemoteComponent[];

  /** Takes what the deployment says of requests. */
  serve(traffic: ClusterTraffic): void;
}

/** What is updated in turn: while one is touched, the others answer. */
export interface IUpdatedInTurn {
  /** What the next one waits for; only to be asked for at synth. */
  readonly components: readonly Predecessor[];

  /** Lets it be touched only after another one is as declared and answers. */
  startAfter(other: Pick<IUpdatedInTurn, "components">): void;
}

/** A server that content comes to. */
export interface ContentServer {
  /** Where it answers on its host: `127.0.0.1:17010`. */
  readonly address: string;
  /** The number of its worker processes, all of which have to load what is new. */
  readonly workers: number;
}

/** Where content comes to in a cluster. */
export interface ContentPlace {
  /** The scripts that know its release of Zato: a folder of `host-scripts/release`. */
  readonly release: string;
  /** The folder of Zato's code, a virtualenv. */
  readonly zato: string;
  /**
   * The folder of the file system in which that is found, where Zato comes as an image.
   *
   * @default - it is found in that of the host
   */
  readonly root?: string;
  /** What tells this code from another one at the same path; empty where nothing does. */
  readonly build: string;
  /** The folder of the Python packages that services need. */
  readonly packages: string;
  /** Where files come to. */
  readonly paths: Pick<ClusterPaths, "folder" | "hotDeploy" | "modules" | "userConf" | "static">;
  /** The folder of one of its servers. */
  readonly serverPath: string;
  /** All of its servers; none where the host is to find them out. */
  readonly servers: readonly ContentServer[];
  /**
   * What else the host is told of it.
   *
   * @default - nothing
   */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * Secrets by which the host reaches it, by the names that it keeps them under.
   *
   * @default - the host has made them itself
   */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /**
   * Whether it takes services and objects, and no other files.
   *
   * @default false
   */
  readonly servicesAlone?: boolean;
}

/** What takes content: services, and everything that enmasse knows. */
export interface IContentTarget extends IConstruct {
  /** The name of the cluster. */
  readonly clusterName: string;

  /** The machine to which content is brought. */
  readonly host: IHost;

  /** Where on it; only to be asked for at synth. */
  readonly contentPlace: ContentPlace;

  /** How its release takes content: as those of Zato 3 do, unless it says otherwise. @internal */
  readonly _contentDialect?: ContentDialect;

  /** Takes what it must run before it gets requests. */
  addContent(content: RemoteComponent): void;
}

/** A scheduler that may be the one of a deployment that runs. */
export interface IScheduler {
  /**
   * Carries its desired state.
   *
   * @default - nothing does: somebody else has installed it
   */
  readonly desiredState?: TerraformResource;

  /** Whether it runs, or is only ready to. */
  readonly isActive: boolean;

  /** Whether it could: its machine is not lost. */
  readonly canRun: boolean;

  /**
   * Whether it runs, whatever a deployment says: then no other one may.
   *
   * @default false
   */
  readonly runsAnyway?: boolean;

  /**
   * Keeps it from running here, since it runs in another cluster.
   *
   * @throws ConstructError when nothing here can
   */
  deactivate(): void;

  /** Lets it start only when others are as declared: stopped, where it is this one that runs. Asked for at synth. */
  startAfter(others: () => readonly IScheduler[]): void;
}

/** A server of a cluster, as the deployment's outputs name it. */
export interface ListedServer {
  /** Its name, which no other server of the cluster has. */
  readonly serverName: string;
  /** Where it answers on its host: `127.0.0.1:17010`. */
  readonly address: string;
  /** The number of its worker processes. */
  readonly workers: number;
}

/** A web-admin, as the deployment's outputs name it. */
export interface ListedWebAdmin {
  /** Where a browser finds it: `http://127.0.0.1:8183/`. */
  readonly url: string;

  /**
   * The command that brings it to the machine of whoever runs it: `npx cdktf-zato web-admin production host1`.
   *
   * @default - there is none: a browser finds it by the URL
   */
  readonly openWith?: string;
}

/**
 * A cluster as a deployment knows it: by what it can be in it. Whoever has clusters of another kind implements it, as far as they
 * can be something.
 */
export interface ICluster extends IPoolCluster, IUpdatedInTurn {
  /** What must be as declared before it gets requests, and before the next one is touched; only to be asked for at synth. */
  readonly components: RemoteComponent[];

  /**
   * The machine of the program that all of it lives on.
   *
   * @default - somebody else's, of which nothing is asked
   */
  readonly host?: IHost;

  /**
   * What takes the content that the deployment declares.
   *
   * @default - nothing does
   */
  readonly contentTarget?: IContentTarget;

  /**
   * Its scheduler.
   *
   * @default - it has none that a deployment could start and stop
   */
  readonly scheduler?: IScheduler;

  /**
   * Its web-admin, for the outputs.
   *
   * @default - none is known
   */
  readonly webAdmin?: ListedWebAdmin;

  /**
   * Its servers, for the outputs.
   *
   * @default - none are known
   */
  readonly servers?: readonly ListedServer[];
}
