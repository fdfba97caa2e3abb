import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { requireSecret, Secret } from "../remote";
import { ConstructError, requireDownloadUrl, requireLine } from "../validation";
import { requireImageReference } from "./image-reference";
import { buildFolder, requirePlace, requireSha256 } from "./installation-rules";
import { RenderedInstallation } from "./rendered-installation";

/** What an installation from an image in a registry needs to know. */
export interface ImageProps {
  /**
   * The image with its digest: `registry.example.com/zato/zato-3.3@sha256:…`. Without a registry it is Docker Hub's. A digest of an image
   * for several architectures stands for that of the host's.
   */
  readonly image: string;

  /**
   * Who pulls, where the registry asks for it.
   *
   * @default - nobody: the registry gives the image to everybody
   */
  readonly username?: string;

  /**
   * The password or token of `username`. Another version of it brings it to the hosts, and touches nothing that runs.
   *
   * @default - none
   */
  readonly password?: Secret;

  /**
   * The folder in the image that Zato is in, a virtualenv with `bin/zato`.
   *
   * @default "/opt/zato/current"
   */
  readonly path?: string;
}

/** What an installation from the file of an image needs to know. */
export interface ImageArchiveProps {
  /**
   * Where hosts download the file, without user, query or fragment: what `docker save` has written for one image, or an OCI layout as an
   * archive (`skopeo copy … oci-archive:FILE`).
   */
  readonly url: string;

  /** The SHA-256 of the file, 64 hexadecimal digits. It is checked before anything is unpacked. */
  readonly sha256: string;

  /**
   * The folder in the image that Zato is in, a virtualenv with `bin/zato`.
   *
   * @default "/opt/zato/current"
   */
  readonly path?: string;
}

const PATH = "/opt/zato/current";

/** Measured with the image of Zato 3.3: 620 MB of layers and 1.7 GB of files; as a file it may be as large as these. */
const DISK = 4096;

/** What the host's script is told of an image in a registry. */
export function renderImage(scope: IConstruct, props: ImageProps): RenderedInstallation {
  const { text, registry, endpoint, digest } = requireImageReference(scope, props.image);
  const root = buildFolder(digest);
  return {
    path: requirePlace(scope, props.path ?? PATH),
    build: digest,
    root,
    parameters: { method: "image", image: text, registry, username: requireLogin(scope, props) },
    files: {},
    secrets: props.password && { registry_password: props.password },
    disk: DISK,
    endpoints: [`${endpoint} ${root}`],
  };
}

/** What the host's script is told of the file of an image. */
export function renderImageArchive(scope: IConstruct, props: ImageArchiveProps): RenderedInstallation {
  const wayOut = "let the hosts reach the file by their network, or a registry, with ZatoInstallation.image()";
  requireDownloadUrl(scope, "the image's file", props.url, wayOut);
  const sha256 = requireSha256(scope, props.sha256, "the file");
  const root = buildFolder(sha256);
  return {
    path: requirePlace(scope, props.path ?? PATH),
    build: sha256,
    root,
    parameters: { method: "image-archive", url: props.url, sha256 },
    files: {},
    disk: DISK,
    downloads: [`${props.url} ${root}`],
  };
}

/** Both or neither, and no colon in the name, which would end it. */
function requireLogin(scope: IConstruct, { username, password }: ImageProps): string {
  if ((username === undefined) !== (password === undefined)) {
    throw new ConstructError(
      scope,
      `the registry of the image gets ${username === undefined ? "a password and no user name" : "a user name and no password"}`,
      "give both 'username' and 'password', or neither",
    );
  }
  if (username === undefined) {
    return "";
  }
  if (requireSecret(scope, "the registry's password", password!).isGenerated) {
    throw new ConstructError(
      scope,
      "the registry's password is Secret.generated(), which no registry knows",
      "give the one that the registry knows, with Secret.fromVariable(…)",
    );
  }
  if (!Token.isUnresolved(requireLine(scope, "the registry's user name", username)) && username.includes(":")) {
    throw new ConstructError(scope, `the registry's user name is '${username}'`, "give it without ':'");
  }
  return username;
}
