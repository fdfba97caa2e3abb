import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, posix, relative } from "node:path";
import { Annotations } from "cdktf";
import { IConstruct } from "constructs";
import { AssetFolder } from "../remote";
import { ConstructError, requireLocalPath } from "../validation";
import { isArchive, unpackArchive } from "./archive";
import { filesIn } from "./folder-files";
import { pythonFilesIn, servicesIn, topModuleOf } from "./python-files";
import { readRequirements } from "./requirements-file";
import { serviceFile, ServiceFile } from "./service-file";
import { StagedFolder } from "./staged-folder";

/** The files that clusters get: services, with what these import and need, and files that they read. */
export class ContentFiles {
  private readonly files: ServiceFile[] = [];

  constructor(
    /** The construct that is named in messages. */
    private readonly scope: IConstruct,
    /** What the files go to. */
    public readonly folder: AssetFolder,
  ) {}

  /** All files with services. */
  public get withServices(): ServiceFile[] {
    return [...this.files].sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
  }

  /** Each service, with the SHA-256 of its file. */
  public get services(): { readonly name: string; readonly sha256: string }[] {
    return this.withServices.flatMap(({ services, sha256 }) => services.map((name) => ({ name, sha256 })));
  }

  /** Adds services: a Python file, or a folder or a tar archive of one. */
  public addServices(path: string): void {
    requireLocalPath(this.scope, path);
    if (isArchive(path)) {
      this.addServices(unpackArchive(this.scope, path));
      return;
    }
    const isFolder = statSync(path).isDirectory();
    const root = isFolder ? path : dirname(path);
    const files = isFolder ? pythonFilesIn(this.scope, path) : [path];
    const services = servicesIn(this.scope, root, files, this.knownModules());
    files.forEach((file) => this.addPythonFile(root, file, services[file] ?? []));
    if (Object.values(services).every((names) => names.length === 0)) {
      throw new ConstructError(
        this.scope,
        `there is no service in '${path}'`,
        "give files with classes that derive from zato.server.service.Service",
      );
    }
    const requirements = join(path, "requirements.txt");
    if (isFolder && existsSync(requirements)) {
      this.folder.addText(this.scope, "requirements.txt", requirements, readRequirements(this.scope, requirements));
    }
  }

  /** Adds a file, or those of a folder, to a folder on the hosts. */
  public add(target: StagedFolder, path: string, hidden?: readonly string[]): void {
    requireLocalPath(this.scope, path);
    if (!statSync(path).isDirectory()) {
      this.folder.add(this.scope, posix.join(target, basename(path)), path);
      return;
    }
    const { files, leftOut } = filesIn(this.scope, path, hidden);
    if (files.length === 0) {
      throw new ConstructError(this.scope, `there is no file in '${path}'`, "give a folder with files");
    }
    files.forEach((file) => this.folder.add(this.scope, posix.join(target, file), join(path, file)));
    if (leftOut.length > 0) {
      Annotations.of(this.scope).addInfo(`left out of '${path}': ${leftOut.join(", ")}`);
    }
  }

  /** Python's modules of all files that were added, by name. */
  private knownModules(): Record<string, string> {
    const files = this.folder.below([`${StagedFolder.MODULES}/`, `${StagedFolder.SERVICES}/`]);
    return Object.fromEntries(
      files.map(([target, source]) => [target.replace(/\.py$/, "").replaceAll("/", "."), source]),
    );
  }

  private addPythonFile(root: string, path: string, services: readonly string[]): void {
    const module = topModuleOf(root, path);
    const other = this.folder.find(
      services.length > 0
        ? [`${StagedFolder.MODULES}/${module}.py`, `${StagedFolder.MODULES}/${module}/`]
        : [`${StagedFolder.SERVICES}/${module}.py`],
    );
    if (other !== undefined) {
      throw new ConstructError(
        this.scope,
        `Python would know '${path}' and '${other}' by one name`,
        "rename one of them",
      );
    }
    if (services.length === 0) {
      this.folder.add(this.scope, posix.join(StagedFolder.MODULES, relative(root, path)), path);
      return;
    }
    const file = serviceFile(this.scope, path, services);
    for (const service of services) {
      const other = this.files.find((declared) => declared.services.includes(service));
      if (other) {
        throw new ConstructError(
          this.scope,
          `the service '${service}' is in '${path}' and in '${other.path}'`,
          "give each service a name of its own",
        );
      }
    }
    this.folder.add(this.scope, posix.join(StagedFolder.SERVICES, file.fileName), path);
    this.files.push(file);
  }
}
