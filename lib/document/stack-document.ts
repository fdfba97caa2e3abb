/** The file, beside the stack's configuration. */
export const DOCUMENT_FILE = "zato.json";

/** Another number is another format, which a reader of this one cannot read. What is only added to it leaves the number alone. */
export const DOCUMENT_VERSION = 1;

/**
 * What a stack declares, for programs that look at what was deployed; docs/zato.schema.json is the same for everybody else.
 *
 * Every text is one as Terraform reads it: `${…}` is an expression whose value Terraform alone knows, `$${` and `%%{` are literal.
 * Constructs are named by their paths. No secret is in it.
 */
export interface StackDocument {
  /** The number of the format. */
  readonly version: typeof DOCUMENT_VERSION;

  /** The construct path of the stack. */
  readonly stack: string;

  /** The machines. */
  readonly hosts: readonly DeclaredHost[];

  /** The clusters that deploys make. */
  readonly clusters: readonly DeclaredCluster[];

  /** The clusters that are there already. */
  readonly existingClusters: readonly DeclaredExistingCluster[];

  /** What is installed on machines. */
  readonly components: readonly DeclaredComponent[];

  /** What clusters run. */
  readonly contents: readonly DeclaredContent[];

  /** Clusters behind one address. */
  readonly deployments: readonly DeclaredDeployment[];
}

/** A machine. */
export interface DeclaredHost {
  /** The construct path. */
  readonly path: string;

  /** Its construct id. */
  readonly name: string;

  /** Where others reach it. */
  readonly address: string;

  /** CPUs, as `nproc` counts them. */
  readonly cpus: number;

  /**
   * What it is lost together with.
   *
   * @default - a kind of host that does not say
   */
  readonly failureDomain?: string;

  /**
   * What people know it by: `{ rack: "b12" }`.
   *
   * @default - nothing
   */
  readonly labels?: Readonly<Record<string, string>>;

  /** Whether it is declared lost: deploys leave it alone. */
  readonly lost: boolean;

  /** How it is reached. */
  readonly ssh: DeclaredSsh;

  /** Terraform's addresses. */
  readonly resources: {
    /** That of its checks. */
    readonly preflight: string;
    /** That of what is left of ours on it. */
    readonly lifetime: string;
  };
}

/** An SSH server, and whoever logs in there. */
export interface DeclaredServer {
  /** Where it listens. */
  readonly address: string;

  /** The port. */
  readonly port: number;

  /** Who logs in. */
  readonly user: string;

  /** Its public key. */
  readonly hostKey: string;
}

/** How a host is reached. */
export interface DeclaredSsh extends DeclaredServer {
  /** Whether commands that need root are run by `sudo -n`. */
  readonly sudo: boolean;

  /**
   * The file with the private key, which the bastion takes too.
   *
   * @default - an SSH agent, or a key that only Terraform gets
   */
  readonly keyFile?: string;

  /**
   * What it is reached through.
   *
   * @default - nothing
   */
  readonly bastion?: DeclaredServer;
}

/** A Zato cluster. */
export interface DeclaredCluster {
  /** The construct path. */
  readonly path: string;

  /** Its name in Zato. */
  readonly name: string;

  /** The construct path of its host. */
  readonly host: string;

  /** The release of Zato: `3.3`. */
  readonly release: string;

  /** Where its load-balancer is reached: `10.0.0.11:11223`. */
  readonly address: string;

  /** Where its web-admin is reached, on its host or from elsewhere. */
  readonly webAdminUrl: string;

  /** Where its servers listen, on their host alone. */
  readonly servers: readonly DeclaredListener[];

  /** Whether balancers speak TLS to it. */
  readonly tls: boolean;

  /** Beginnings of URL paths that are Zato's own, and that it refuses. */
  readonly privatePaths: readonly string[];

  /** Beginnings of those among them that it lets through: that of the health check, and what the program opens. */
  readonly openPaths: readonly string[];

  /** Its operational database. */
  readonly odb: DeclaredDatabase;

  /**
   * The Redis of its services: `10.0.0.5:6379/0`.
   *
   * @default - none
   */
  readonly redis?: string;

  /** Whether it has the scheduler that runs. */
  readonly schedulerIsActive: boolean;

  /** Where its scheduler listens, on its host alone. */
  readonly schedulerAddress: string;

  /**
   * Its backups.
   *
   * @default - none are made
   */
  readonly backup?: {
    /** The folder on its host. */
    readonly directory: string;
    /** As many are kept. */
    readonly retain: number;
  };
}

/** A server of a cluster. */
export interface DeclaredListener {
  /** Its name in Zato. */
  readonly name: string;
  /** Where it listens: `127.0.0.1:17010`. */
  readonly address: string;
  /** The number of its worker processes. */
  readonly workers: number;
}

/** A database. */
export interface DeclaredDatabase {
  /** Its kind. */
  readonly engine: "postgresql" | "mysql";

  /** Where its server is reached: `127.0.0.1:5432`. */
  readonly address: string;

  /** Its name. */
  readonly database: string;

  /** Whether it is on the cluster's own host, and a deploy makes it. */
  readonly local: boolean;
}

/** A cluster that somebody else has installed. */
export interface DeclaredExistingCluster {
  /** The construct path. */
  readonly path: string;

  /** Its name. */
  readonly name: string;

  /** Where balancers reach it: `10.0.0.11:11223`. */
  readonly address: string;

  /** Whether they speak TLS to it. */
  readonly tls: boolean;

  /** What it is lost together with. */
  readonly failureDomain: string;

  /** Whether its scheduler runs. */
  readonly schedulerIsActive: boolean;

  /**
   * Where its web-admin is.
   *
   * @default - it is not told
   */
  readonly webAdminUrl?: string;
}

/** Something that is installed on a host: an ODB, a server, a balancer's node, the content of a cluster … */
export interface DeclaredComponent {
  /** The construct path. */
  readonly path: string;

  /** What it is: `server`, `odb`, `haproxy` … */
  readonly kind: string;

  /** Its name on its host. */
  readonly name: string;

  /** The construct path of its host. */
  readonly host: string;

  /** What it is a part of: a cluster, a balancer, a host. */
  readonly partOf: string;

  /** Terraform's addresses. A component with `early` comes to its host by that one too. */
  readonly resources: {
    /** That of what it should be. */
    readonly state: string;
    /** That of its being there. */
    readonly lifetime: string;
    /**
     * That by which it comes before what it waits for.
     *
     * @default - it waits
     */
    readonly early?: string;
  };

  /** What its host is told, in this order. */
  readonly parameters: Readonly<Record<string, string>>;

  /** Texts of files that its host gets, in this order. */
  readonly files: Readonly<Record<string, string>>;
}

/** A service, and its source. */
export interface DeclaredService {
  /** Its name in Zato. */
  readonly name: string;
  /** Of the file that it is in. */
  readonly sha256: string;
}

/** That something names something else. */
export interface DeclaredReference {
  /** Who names it: `channel_rest/Orders`. */
  readonly from: string;
  /** What is named: `service/orders.list`. */
  readonly to: string;
}

/** What clusters run. */
export interface DeclaredContent {
  /** The construct path. */
  readonly path: string;

  /** Construct paths of those that run it. */
  readonly clusters: readonly string[];

  /** Whether a deploy takes away what nobody declared. */
  readonly exclusiveContent: boolean;

  /** Services, each with the SHA-256 of its source. */
  readonly services: readonly DeclaredService[];

  /** `KIND/NAME` each, in the words of enmasse: `channel_rest/Orders`. */
  readonly objects: readonly string[];

  /** What objects refer to by name: services, as `service/NAME`, and other objects of these. */
  readonly references: readonly DeclaredReference[];

  /** Of these objects, those whose names stand between quotes in the file of a service: what it may use. */
  readonly mentions: readonly DeclaredReference[];
}

/** What stands in front of clusters. */
export interface DeclaredLoadBalancer {
  /** The construct path. */
  readonly path: string;
  /** Where clients reach it. */
  readonly address: string;
  /** The port that they use. */
  readonly port: number;
  /** Whether they speak TLS to it. */
  readonly tls: boolean;
}

/** Clusters behind one address. */
export interface DeclaredDeployment {
  /** The construct path. */
  readonly path: string;

  /** Construct paths of the clusters. */
  readonly clusters: readonly string[];

  /** Those of them that get no new requests. */
  readonly drained: readonly string[];

  /** The URL path by which is asked whether a cluster answers. */
  readonly healthPath: string;

  /**
   * The URL path of a service that has to answer too, while it does in any cluster.
   *
   * @default - none
   */
  readonly servicePath?: string;

  /**
   * What stands in front of the clusters.
   *
   * @default - nothing that the program knows of
   */
  readonly loadBalancer?: DeclaredLoadBalancer;

  /** Names of Terraform's outputs, by what they say: `entry_url`, `pool` … */
  readonly outputs: Readonly<Record<string, string>>;
}
