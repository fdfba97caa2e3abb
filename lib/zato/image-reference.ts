import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** A container image by its digest: where it is, and which one. */
interface ImageReference {
  /** As skopeo takes it: `registry.example.com:5000/zato/zato-3.3@sha256:…`, with the registry. */
  readonly text: string;
  /** `registry.example.com:5000` */
  readonly registry: string;
  /** Host and port that answer for the registry, as `host:port`. */
  readonly endpoint: string;
  /** 64 hexadecimal digits. */
  readonly digest: string;
}

const REGISTRY = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/;
const NAME = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What engines take an image to be in that names no registry, and who answers for it. */
const DOCKER_HUB = "docker.io";
const DOCKER_HUB_ENDPOINT = "registry-1.docker.io:443";

/**
 * Reads `REGISTRY/NAME@sha256:…`; without a registry it is Docker Hub's, as engines have it. A tag beside the digest says something to
 * readers alone.
 *
 * @throws ConstructError when `image` has no digest, since a tag is another image tomorrow, or is none
 */
export function requireImageReference(scope: IConstruct, image: string): ImageReference {
  if (Token.isUnresolved(image)) {
    throw new ConstructError(
      scope,
      "the image of Zato is known to Terraform only",
      "give a text, since what is on hosts is named after its digest",
    );
  }
  const [place = "", digest] = String(image).split(/@(.*)/s);
  const { registry, name, tag } = partsOf(place);
  if (!REGISTRY.test(registry) || !NAME.test(name) || (tag !== undefined && !TAG.test(tag))) {
    throw new ConstructError(
      scope,
      `'${image}' is no container image`,
      "give it as 'registry.example.com/zato/zato-3.3@sha256:…', in small letters and without 'docker://'",
    );
  }
  if (digest === undefined || !DIGEST.test(digest)) {
    throw new ConstructError(
      scope,
      digest === undefined
        ? `the image '${image}' has no digest, and what a tag stands for changes`
        : `'${digest}' is no digest of an image`,
      `give '${registry}/${name}@sha256:…' with what this prints: ${digestCommand(registry, name, tag)}`,
    );
  }
  return {
    text: `${registry}/${name}@${digest}`,
    registry,
    endpoint: endpointOf(registry),
    digest: digest.slice("sha256:".length),
  };
}

/** The first part is a registry if it could be a host; else all of it is a name in Docker Hub, `library` being those of nobody. */
function partsOf(place: string): { registry: string; name: string; tag: string | undefined } {
  const [first = "", ...others] = place.split("/");
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = isHost ? first : DOCKER_HUB;
  const path = isHost ? others.join("/") : place;
  const [name = "", tag] = path.split(/:(.*)/s);
  return { registry, name: registry === DOCKER_HUB && !name.includes("/") ? `library/${name}` : name, tag };
}

function digestCommand(registry: string, name: string, tag = "TAG"): string {
  return `skopeo inspect --format '{{.Digest}}' docker://${registry}/${name}:${tag}`;
}

function endpointOf(registry: string): string {
  if (registry === DOCKER_HUB) {
    return DOCKER_HUB_ENDPOINT;
  }
  return registry.includes(":") ? registry : `${registry}:443`;
}
