import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, posix, relative } from "node:path";
import { Annotations } from "cdktf";
import { Construct } from "constructs";
import { DocumentWriter, ParityCheck } from "../remote";
import { ConstructError, requireOpaque } from "../validation";
import { IContentTarget } from "../zato";
import { Affinity, StickyPath } from "./affinity";
import { clashingDefinitions } from "./clashing-definitions";
import { ContentComponent } from "./content-component";
import { ContentFolder } from "./content-folder";
import { referencesByName } from "./import-stages";
import { danglingNames } from "./dangling-names";
import { filesIn } from "./folder-files";
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
import { isArchive, unpackArchive } from "./archive";
import { mentionsIn } from "./mentions";
import { openChannels } from "./open-channels";
import { pythonFilesIn, servicesIn, topModuleOf } from "./python-files";
import { readRequirements } from "./requirements-file";
import { serviceFile, ServiceFile } from "./service-file";
import { sharedPaths } from "./shared-paths";

/** What {@link ContentDeclaration.addStaticFiles} can be told. */
export interface StaticFilesOptions {
  /**
   * Files and folders of the folder that go to the hosts though their names begin with a dot: `[".well-known"]`.
   *
   * @default - none
   */
  readonly hidden?: readonly string[];
}

/**
 * Declares what clusters run: services, and everything that enmasse knows. It is declared once and the same in every
 * cluster: each cluster is asked what it has before the next one is changed, and all of them when all are.
 */
export abstract class ContentDeclaration extends Construct {
  private readonly declaredObjects = new Map<string, ContentObject>();
  private readonly declaredFiles: ServiceFile[] = [];
  private readonly declaredStickyPaths: StickyPath[] = [];
  private filesOfContent?: ContentFolder;

  /** The clusters that run what is declared. */
  protected abstract readonly contentClusters: readonly IContentTarget[];

  /** Whether objects and services that nobody declared are deleted, rather than reported. */
  public abstract readonly exclusiveContent: boolean;

  /** The files that go to every cluster. With the first of all content its components come into being. */
  public get contentFolder(): ContentFolder {
    this.filesOfContent ??= this.beginContent();
    return this.filesOfContent;
  }

  /** All objects, by name within their kind. */
  public get contentObjects(): ContentObject[] {
    return [...this.declaredObjects.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** All files with services. */
  public get serviceFiles(): ServiceFile[] {
    return [...this.declaredFiles].sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
  }

  /** Each service, with the SHA-256 of its file. @internal */
  public get _services(): { readonly name: string; readonly sha256: string }[] {
    return this.serviceFiles.flatMap(({ services, sha256 }) => services.map((name) => ({ name, sha256 })));
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
    this.requirePath(path);
    if (isArchive(path)) {
      this.addServices(unpackArchive(this, path));
      return;
    }
    const isFolder = statSync(path).isDirectory();
    const root = isFolder ? path : dirname(path);
    const files = isFolder ? pythonFilesIn(this, path) : [path];
    const services = servicesIn(this, root, files, this.knownModules());
    files.forEach((file) => this.addPythonFile(root, file, services[file] ?? []));
    if (Object.values(services).every((names) => names.length === 0)) {
      throw new ConstructError(
        this,
        `there is no service in '${path}'`,
        "give files with classes that derive from zato.server.service.Service",
      );
    }
    const requirements = join(path, "requirements.txt");
    if (isFolder && existsSync(requirements)) {
      this.contentFolder.addText(this, "requirements.txt", requirements, readRequirements(this, requirements));
    }
  }

  /**
   * Adds a user configuration file, which services read as `self.config`.
   *
   * @throws ConstructError when the path is relative or missing, or another file has the name
   */
  public addUserConfig(path: string): void {
    this.addFiles("user-conf", path);
  }

  /**
   * Adds static files, a file or a folder, which services find in `/opt/zato/env/<cluster>/static`. Of a folder what begins with a dot,
   * such as `.git` and `.env`, stays behind, and what Python and editors leave; links are followed within it.
   *
   * @throws ConstructError when the path is relative or missing, another file has the name, or a link leads out of the folder
   */
  public addStaticFiles(path: string, options: StaticFilesOptions = {}): void {
    this.addFiles("static", path, options.hidden);
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
    const channels = this.contentObjects.filter((object): object is RestChannel => "affinity" in object);
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
      ._objects(this)
      .forEach((object) => this.addObject(object));
  }

  private beginContent(): ContentFolder {
    const content = new Construct(this, "content");
    const components = this.contentClusters.map(
      (cluster) => new ContentComponent(content, cluster.clusterName, cluster, this),
    );
    if (components.length > 1) {
      new ParityCheck(content, "parity", components);
    }
    DocumentWriter.of(this).add("contents", () => ({
      path: this.node.path,
      clusters: this.contentClusters.map(({ node }) => node.path),
      exclusive: this.exclusiveContent,
      services: this._services,
      objects: this.contentObjects.map(({ key }) => key),
      references: referencesByName(this.contentObjects),
      mentions: mentionsIn(this.serviceFiles, this.contentObjects),
    }));
    this.node.addValidation({
      validate: () => [
        ...danglingNames(
          this,
          this.contentObjects,
          this.declaredFiles.flatMap(({ services }) => services),
        ),
        ...sharedPaths(this, this.contentObjects),
        ...clashingDefinitions(this, this.contentObjects),
        ...openChannels(this, this.contentObjects),
      ],
    });
    return new ContentFolder(content, "files");
  }

  private addObject<T extends ContentObject>(object: T): T {
    if (this.declaredObjects.has(object.key)) {
      throw new ConstructError(this, `there are two objects ${object.key}`, "give each a name of its own");
    }
    this.declaredObjects.set(object.key, object);
    this.filesOfContent ??= this.beginContent();
    return object;
  }

  /** Python's modules of all files that were added, by name. */
  private knownModules(): Record<string, string> {
    const files = this.filesOfContent?.below(["modules/", "services/"]) ?? [];
    return Object.fromEntries(
      files.map(([target, source]) => [target.replace(/\.py$/, "").replaceAll("/", "."), source]),
    );
  }

  private addPythonFile(root: string, path: string, services: readonly string[]): void {
    const module = topModuleOf(root, path);
    const other = this.contentFolder.find(
      services.length > 0 ? [`modules/${module}.py`, `modules/${module}/`] : [`services/${module}.py`],
    );
    if (other !== undefined) {
      throw new ConstructError(this, `Python would know '${path}' and '${other}' by one name`, "rename one of them");
    }
    if (services.length === 0) {
      this.contentFolder.add(this, posix.join("modules", relative(root, path)), path);
      return;
    }
    const file = serviceFile(this, path, services);
    for (const service of services) {
      const other = this.declaredFiles.find((declared) => declared.services.includes(service));
      if (other) {
        throw new ConstructError(
          this,
          `the service '${service}' is in '${path}' and in '${other.path}'`,
          "give each service a name of its own",
        );
      }
    }
    this.contentFolder.add(this, posix.join("services", file.fileName), path);
    this.declaredFiles.push(file);
  }

  private addFiles(target: string, path: string, hidden?: readonly string[]): void {
    this.requirePath(path);
    if (!statSync(path).isDirectory()) {
      this.contentFolder.add(this, posix.join(target, basename(path)), path);
      return;
    }
    const { files, leftOut } = filesIn(this, path, hidden);
    if (files.length === 0) {
      throw new ConstructError(this, `there is no file in '${path}'`, "give a folder with files");
    }
    files.forEach((file) => this.contentFolder.add(this, posix.join(target, file), join(path, file)));
    if (leftOut.length > 0) {
      Annotations.of(this).addInfo(`left out of '${path}': ${leftOut.join(", ")}`);
    }
  }

  private requirePath(path: string): void {
    if (!isAbsolute(path) || !existsSync(path)) {
      throw new ConstructError(
        this,
        `'${path}' is not there`,
        "give the absolute path of a file or folder that exists, for example by path.join(__dirname, …)",
      );
    }
  }
}
