import { createHash } from "node:crypto";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError, KIND, requireAll, requireDownloadUrl, requireLine } from "../validation";
import { ImageArchiveProps, ImageProps, renderImage, renderImageArchive } from "./image-installation";
import { buildFolder, requirePlace, requireSha256 } from "./installation-rules";
import { RenderedInstallation } from "./rendered-installation";
import { readScript, readTextFile } from "./text-file";

/** What an installation from an archive needs to know. */
export interface ArchiveProps {
  /** Where hosts download the archive, without user, query or fragment: a tar, compressed in any way that `tar` on the host knows. */
  readonly url: string;

  /** The SHA-256 of the archive, 64 hexadecimal digits. It is checked before anything is unpacked. */
  readonly sha256: string;

  /**
   * The folder that Zato was built at, and is found at by whatever runs it, since the scripts of a virtualenv hold absolute
   * paths. Builds for the same folder lie side by side on the host; each component keeps its own until it is restarted.
   *
   * @default "/opt/zato/3.3", with the release in use
   */
  readonly path?: string;

  /**
   * Packages of the distribution that this build of Zato needs to run.
   *
   * @default - none
   */
  readonly packages?: string[];
}

/** What an installation from a package repository needs to know. */
export interface RepositoryProps {
  /** The repository's address with suite and components, as in `deb [signed-by=…] ADDRESS SUITE COMPONENTS`. */
  readonly url: string;

  /** The suite, for example `bookworm` or `stable`. */
  readonly suite: string;

  /** The file that holds the public key that signs the repository, armoured or not. */
  readonly signingKeyFile: string;

  /** The exact version of the package; it is held there. */
  readonly version: string;

  /**
   * The components of the suite.
   *
   * @default "main"
   */
  readonly components?: string;

  /**
   * The package's name.
   *
   * @default "zato"
   */
  readonly package?: string;

  /**
   * The folder in which the package puts Zato.
   *
   * @default "/opt/zato/current"
   */
  readonly path?: string;
}

/** What the user's own installation script needs to know. */
export interface ScriptProps {
  /** The script, an executable text on the machine that synthesizes. It is run by root, with `path` as its argument. */
  readonly file: string;

  /**
   * The folder in which the script leaves Zato.
   *
   * @default "/opt/zato/3.3", with the release in use
   */
  readonly path?: string;
}

/**
 * How Zato gets onto a host. Whatever the way, in the end Zato's server must be importable: `zato --version` works even
 * where it is not.
 */
export class ZatoInstallation {
  /**
   * Zato's container image, from a registry. Its file system is the root directory of Zato's processes, which systemd runs as any other:
   * there is no container engine, and it does not matter which Python the host has.
   */
  public static image(props: ImageProps): ZatoInstallation {
    return new ZatoInstallation((scope) => renderImage(scope, props));
  }

  /** The same out of a file, where hosts reach no registry. */
  public static imageArchive(props: ImageArchiveProps): ZatoInstallation {
    return new ZatoInstallation((scope) => renderImageArchive(scope, props));
  }

  /** An archive of an installed Zato, as an organisation builds it once. */
  public static archive(props: ArchiveProps): ZatoInstallation {
    return new ZatoInstallation((scope, release) => {
      const { sha256, path, packages } = requireAll({
        url: () =>
          requireDownloadUrl(
            scope,
            "the archive",
            props.url,
            "let the hosts reach the archive by their network, or bring it there yourself, with ZatoInstallation.preinstalled()",
          ),
        sha256: () => requireSha256(scope, props.sha256, "the archive"),
        path: () => requirePlace(scope, props.path ?? `/opt/zato/${release}`),
        packages: () => requirePackages(scope, props.packages ?? []),
      });
      const folder = buildFolder(sha256);
      return {
        path,
        build: sha256,
        folder,
        parameters: {
          method: "archive",
          url: props.url,
          sha256,
          folder,
          packages: packages.join("\n"),
        },
        files: {},
        shared: codeAt(path, `the archive ${sha256}`),
        downloads: [`${props.url} ${folder}`],
      };
    });
  }

  /** The distributor's package repository (apt). */
  public static repository(props: RepositoryProps): ZatoInstallation {
    return new ZatoInstallation((scope) => {
      const components = (props.components ?? "main").split(" ");
      requireRepositoryUrl(scope, props.url);
      const line = [props.url, props.suite, ...components].map((word) =>
        requireWord(scope, "the package repository", word),
      );
      const [name] = requirePackages(scope, [props.package ?? "zato"]);
      const path = requirePlace(scope, props.path ?? "/opt/zato/current");
      const version = requireWord(scope, "the package version", props.version);
      const signingKey = readTextFile(scope, "the signing key", props.signingKeyFile);
      return {
        path,
        build: version,
        parameters: { method: "repository", url: props.url, package: name!, version },
        files: {
          signing_key: signingKey,
          sources: `deb [signed-by=/etc/apt/keyrings/cdktf-zato.gpg] ${line.join(" ")}\n`,
        },
        shared: {
          [`the package ${name}`]: `the version ${version}`,
          "the package repository of Zato": `${line.join(" ")} with the key of SHA-256 ${sha256Of(signingKey)}`,
          ...codeAt(path, `the package ${name}`),
        },
      };
    });
  }

  /** Zato is on the host already, for example in a golden image. */
  public static preinstalled(path = "/opt/zato/current"): ZatoInstallation {
    return new ZatoInstallation((scope) => ({
      path: requirePlace(scope, path),
      build: "",
      parameters: { method: "preinstalled" },
      files: {},
      shared: codeAt(path, "whoever has preinstalled it"),
    }));
  }

  /**
   * A script of the user's own. It is run once, and again whenever its text changes. What it leaves at `path` goes with the cluster, unless
   * something was there before.
   */
  public static script(props: ScriptProps): ZatoInstallation {
    return new ZatoInstallation((scope, release) => {
      const script = readScript(scope, "the installation script", props.file);
      const path = requirePlace(scope, props.path ?? `/opt/zato/${release}`);
      const build = sha256Of(script);
      return {
        path,
        build,
        parameters: { method: "script" },
        files: { script },
        shared: codeAt(path, `the script of SHA-256 ${build}`),
      };
    });
  }

  private constructor(
    /** @internal */ readonly _render: (scope: IConstruct, release: string) => RenderedInstallation,
  ) {}

  /** @hidden */
  protected get [KIND](): "ZatoInstallation" {
    return "ZatoInstallation";
  }
}

/** What a host has at the path of its Zato: that of all clusters there. */
function codeAt(path: string, origin: string): Record<string, string> {
  return { [`the code in ${path}`]: origin };
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** apt knows further kinds of URLs, of files for example. */
function requireRepositoryUrl(scope: IConstruct, url: string): void {
  if (/^https?:[^\s]*$|@/.test(url)) {
    const wayOut = "put what it asks for into /etc/apt/auth.conf.d on the hosts, where apt looks for it";
    requireDownloadUrl(scope, "the package repository", url, wayOut);
  }
}

/** Refuses what apt would read as several words, or as a pattern. */
function requireWord(scope: IConstruct, what: string, word: string): string {
  if (!Token.isUnresolved(requireLine(scope, what, word)) && !/^[A-Za-z0-9_.:/@+~%=-]+$/.test(word)) {
    throw new ConstructError(
      scope,
      `${what} is '${word}'`,
      "give it as 'apt' prints it: without spaces, brackets and '*'",
    );
  }
  return word;
}

function requirePackages(scope: IConstruct, names: string[]): string[] {
  for (const name of names) {
    if (!/^[a-z0-9][a-z0-9.+-]+$/.test(name)) {
      throw new ConstructError(scope, `'${name}' is no package name`, "give names as 'apt-get install' takes them");
    }
  }
  return names;
}
