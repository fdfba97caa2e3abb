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
  readonly version: typeof DOCUMENT_VERSION;

  /** The construct path of the stack. */
  readonly stack: string;

  readonly hosts: readonly DeclaredHost[];
  readonly clusters: readonly DeclaredCluster[];
  readonly components: readonly DeclaredComponent[];
  readonly contents: readonly DeclaredContent[];
  readonly deployments: readonly DeclaredDeployment[];
}

/** A machine. */
export interface DeclaredHost {
  readonly path: string;
  readonly name: string;

  /** Where others reach it. */
  readonly address: string;

  readonly cpus: number;

  /**
   * What it is lost together with.
   *
   * @default - a kind of host that does not say
   */
  readonly failureDomain?: string;

  /** Whether it is declared lost: deploys leave it alone. */
  readonly lost: boolean;

  readonly ssh: DeclaredSsh;

  /** Terraform's addresses. */
  readonly resources: { readonly preflight: string; readonly lifetime: string };
}

/** An SSH server, and whoever logs in there. */
export interface DeclaredServer {
  readonly address: string;
  readonly port: number;
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
  readonly path: string;
  readonly name: string;
  readonly host: string;

  /** The release of Zato: `3.3`. */
  readonly release: string;

  /** Where its load-balancer is reached: `10.0.0.11:11223`. */
  readonly address: string;

  readonly webAdminUrl: string;

  /** Where its servers listen, on their host alone. */
  readonly servers: readonly { readonly name: string; readonly address: string; readonly workers: number }[];

  /** Whether it has the scheduler that runs. */
  readonly schedulerIsActive: boolean;

  /**
   * Its backups.
   *
   * @default - none are made
   */
  readonly backup?: { readonly directory: string; readonly retain: number };
}

/** Something that is installed on a host: an ODB, a server, a balancer's node, the content of a cluster … */
export interface DeclaredComponent {
  readonly path: string;
  readonly kind: string;

  /** Its name on its host. */
  readonly name: string;

  readonly host: string;

  /** What it is a part of: a cluster, a balancer, a host. */
  readonly partOf: string;

  /** Terraform's addresses. A component with `early` comes to its host by that one too. */
  readonly resources: { readonly content: string; readonly lifetime: string; readonly early?: string };

  /** What its host is told, in this order. */
  readonly parameters: Readonly<Record<string, string>>;

  /** Texts of files that its host gets, in this order. */
  readonly files: Readonly<Record<string, string>>;
}

/** What clusters run. */
export interface DeclaredContent {
  readonly path: string;
  readonly clusters: readonly string[];

  /** Whether a deploy takes away what nobody declared. */
  readonly exclusive: boolean;

  readonly services: readonly { readonly name: string; readonly sha256: string }[];

  /** `KIND/NAME` each, in the words of enmasse: `channel_rest/Orders`. */
  readonly objects: readonly string[];
}

/** Clusters behind one address. */
export interface DeclaredDeployment {
  readonly path: string;
  readonly clusters: readonly string[];

  /**
   * Those of the clusters that get no requests, though they run.
   *
   * @default - none
   */
  readonly drained?: readonly string[];

  /**
   * What stands in front of the clusters.
   *
   * @default - nothing that the program knows of
   */
  readonly loadBalancer?: {
    readonly path: string;
    readonly address: string;
    readonly port: number;
    readonly tls: boolean;
  };

  /** Names of Terraform's outputs, by what they say: `entry_url`, `pool` … */
  readonly outputs: Readonly<Record<string, string>>;
}
