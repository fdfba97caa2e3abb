import { Construct } from "constructs";
import { AssetFolder, DocumentWriter, ParityCheck } from "../remote";
import { checkAtSynth, ConstructError, requireOpaque, requireOwnFramework } from "../validation";
import { IContentTarget } from "../zato";
import { Affinity, StickyPath } from "./affinity";
import { clashingDefinitions } from "./clashing-definitions";
import { ContentComponent } from "./content-component";
import { ContentFiles } from "./content-files";
import { danglingNames } from "./dangling-names";
import { contentDialectsOf, refusedContent } from "./dialects";
import { referencesByName } from "./import-stages";
import { mentionsIn } from "./mentions";
import { StagedFolder } from "./staged-folder";
import {
  ApiKey,
  ApiKeyProps,
  BasicAuth,
  BasicAuthProps,
  Cache,
  CacheProps,
  ContentObject,
  EnmasseObjects,
  Jwt,
  JwtProps,
  OutgoingRest,
  OutgoingRestProps,
  RestChannel,
  RestChannelProps,
  SchedulerJob,
  SchedulerJobProps,
  SmtpConnection,
  SmtpConnectionProps,
  SqlConnection,
  SqlConnectionProps,
} from "./objects";
import { openChannels } from "./open-channels";
import { sharedPaths } from "./shared-paths";

/** Ids of its parts beside those that are named after clusters. */
const FILES = "files";
const PARITY = "parity";

/** What a {@link ClusterContent} is declared with. */
export interface ClusterContentProps {
  /** The clusters that run it. */
  readonly clusters: readonly IContentTarget[];

  /**
   * Whether objects and services that nobody declared are deleted, rather than reported.
   *
   * @default false
   */
  readonly exclusiveContent?: boolean;
}

/** What {@link ClusterContent.addStaticFiles} can be told. */
export interface StaticFilesOptions {
  /**
   * Files and folders of the folder that go to the hosts though their names begin with a dot: `[".well-known"]`.
   *
   * @default - none
   */
  readonly hidden?: readonly string[];
}

/**
 * What clusters run: services, and everything that enmasse knows. It is declared once and the same in every cluster: each
 * cluster is asked what it has before the next one is changed, and all of them when all are.
 *
 * A deployment has one for its clusters. Whoever composes clusters by hand, or has a single one, makes it.
 *
 * @example
 * const content = new ClusterContent(this, "content", { clusters: [cluster] });
 * content.addServices(path.join(__dirname, "services"));
 */
export class ClusterContent extends Construct {
  /** Whether objects and services that nobody declared are deleted, rather than reported. */
  public readonly exclusiveContent: boolean;

  private readonly clusters: readonly IContentTarget[];
  private readonly declaredObjects = new Map<string, ContentObject>();
  private readonly declaredStickyPaths: StickyPath[] = [];
  private declaredFiles?: ContentFiles;

  constructor(scope: Construct, id: string, props: ClusterContentProps) {
    super(scope, id);
    requireOwnFramework(this);
    this.clusters = props.clusters;
    this.exclusiveContent = props.exclusiveContent ?? false;
  }

  /** All objects, by name within their kind. */
  public get objects(): ContentObject[] {
    return [...this.declaredObjects.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** The files that go to every cluster. With the first of all content its components come into being. @internal */
  public _files(): ContentFiles {
    this.declaredFiles ??= this.begin();
    return this.declaredFiles;
  }

  /**
   * Adds services: a Python file, or a folder or a tar archive of one. In a folder the Python files with services are
   * deployed; those without, and those in folders below, are modules that services import; and a `requirements.txt` is
   * installed into Zato's environment. It takes a `python3` where the program runs, which reads the files and runs none.
   *
   * @param path absolute, for example `path.join(__dirname, "services")`
   * @throws ConstructError when the path is relative or missing, there is no service, two modules have one name, a service
   * is declared twice, Python cannot read a file, or nobody can tell whether a class is a service or what it is called
   */
  public addServices(path: string): void {
    this._files().addServices(path);
  }

  /**
   * Adds a user configuration file, which services read as `self.config`.
   *
   * @throws ConstructError when the path is relative or missing, or another file has the name
   */
  public addUserConfig(path: string): void {
    this._files().add(StagedFolder.USER_CONF, path);
  }

  /**
   * Adds static files, a file or a folder, which services find in `/opt/zato/env/<cluster>/static`. Of a folder what begins with a dot,
   * such as `.git` and `.env`, stays behind, and what Python and editors leave; links are followed within it.
   *
   * @throws ConstructError when the path is relative or missing, another file has the name, or a link leads out of the folder
   */
  public addStaticFiles(path: string, options: StaticFilesOptions = {}): void {
    this._files().add(StagedFolder.STATIC, path, options.hidden);
  }

  /** Adds an outgoing SQL connection. */
  public addSqlConnection(name: string, props: SqlConnectionProps): SqlConnection {
    return this.addObject(new SqlConnection(this, name, props));
  }

  /** Adds an outgoing REST connection. */
  public addOutgoingRest(name: string, props: OutgoingRestProps): OutgoingRest {
    return this.addObject(new OutgoingRest(this, name, props));
  }

  /** Adds a REST channel. */
  public addRestChannel(name: string, props: RestChannelProps): RestChannel {
    return this.addObject(new RestChannel(this, name, props));
  }

  /** Adds a basic-auth security definition. */
  public addBasicAuth(name: string, props: BasicAuthProps): BasicAuth {
    return this.addObject(new BasicAuth(this, name, props));
  }

  /** Adds an API-key security definition. */
  public addApiKey(name: string, props: ApiKeyProps): ApiKey {
    return this.addObject(new ApiKey(this, name, props));
  }

  /** Adds a JWT security definition. */
  public addJwt(name: string, props: JwtProps): Jwt {
    return this.addObject(new Jwt(this, name, props));
  }

  /** Adds a job of the scheduler. */
  public addSchedulerJob(name: string, props: SchedulerJobProps): SchedulerJob {
    return this.addObject(new SchedulerJob(this, name, props));
  }

  /** Adds a cache. */
  public addCache(name: string, props: CacheProps = {}): Cache {
    return this.addObject(new Cache(this, name, props));
  }

  /** Adds an outgoing mail connection. */
  public addSmtpConnection(name: string, props: SmtpConnectionProps): SmtpConnection {
    return this.addObject(new SmtpConnection(this, name, props));
  }

  /**
   * Lets clients come back to the same cluster for URL paths that begin so: for WebSockets, pub/sub and whatever else
   * keeps something in a cluster's memory and is no REST channel, which says so itself.
   *
   * @throws ConstructError when the path does not begin with `/` or holds white space or quotes, or the affinity is none
   */
  public addStickyPath(path: string, affinity: Affinity): void {
    if (!/^\/[A-Za-z0-9_./~-]*$/.test(path)) {
      throw new ConstructError(
        this,
        `'${path}' is no beginning of URL paths`,
        "give it from '/' on, in plain characters",
      );
    }
    requireOpaque(this, `the affinity of '${path}'`, Affinity, affinity);
    this.declaredStickyPaths.push({ path, affinity });
  }

  /** All URL paths for which clients come back to the same cluster. */
  public get stickyPaths(): StickyPath[] {
    const channels = this.objects.filter((object): object is RestChannel => "affinity" in object);
    return [
      ...this.declaredStickyPaths,
      ...channels
        .filter(({ affinity }) => affinity !== Affinity.NONE)
        .map(({ fixedPath, affinity }) => ({ path: fixedPath, affinity })),
    ];
  }

  /** Adds objects as enmasse files hold them. */
  public addEnmasseObjects(objects: EnmasseObjects): void {
    requireOpaque(this, "what is to be added", EnmasseObjects, objects)
      ._objects(this, contentDialectsOf(this.clusters))
      .forEach((object) => this.addObject(object));
  }

  private begin(): ContentFiles {
    const taken = this.clusters.find(({ clusterName }) => [FILES, PARITY].includes(clusterName));
    if (taken) {
      throw new ConstructError(
        this,
        `the cluster ${taken.node.path} is '${taken.clusterName}', as is a part of the content`,
        "give it another name, or its host another id, after which it is named",
      );
    }
    const files = new ContentFiles(this, new AssetFolder(this, FILES));
    const deployed = {
      objects: () => this.objects,
      files,
      exclusiveContent: this.exclusiveContent,
    };
    const components = this.clusters.map(
      (cluster) => new ContentComponent(this, cluster.clusterName, cluster, deployed),
    );
    if (components.length > 1) {
      new ParityCheck(this, PARITY, components);
    }
    DocumentWriter.of(this).add("contents", () => ({
      path: this.node.path,
      clusters: this.clusters.map(({ node }) => node.path),
      exclusiveContent: this.exclusiveContent,
      services: files.services,
      objects: this.objects.map(({ key }) => key),
      references: referencesByName(this.objects),
      mentions: mentionsIn(files.withServices, this.objects),
    }));
    checkAtSynth(this, () => [
      ...danglingNames(
        this,
        this.objects,
        files.services.map(({ name }) => name),
      ),
      ...sharedPaths(this, this.objects),
      ...clashingDefinitions(this, this.objects),
      ...openChannels(this, this.objects),
      ...refusedContent(
        this,
        this.clusters,
        this.objects,
        files.services.map(({ name }) => name),
      ),
    ]);
    return files;
  }

  private addObject<T extends ContentObject>(object: T): T {
    if (this.declaredObjects.has(object.key)) {
      throw new ConstructError(this, `there are two objects ${object.key}`, "give each a name of its own");
    }
    this.declaredObjects.set(object.key, object);
    this._files();
    return object;
  }
}
