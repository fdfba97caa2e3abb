import { arrow, Box, box, Frame, Picture } from "./picture";
import { DeclaredContent, StackDocument } from "./stack-document";

const SERVICE = "service/";

/** The kinds of objects by which somebody from outside calls a service, or time does. */
const CALLERS = /^(channel_|scheduler$|pubsub_)/;

/** The kinds of objects that say who may call, or who is called. */
const SECURITY = /^(def_sec|basic_auth|apikey|jwt|oauth|ntlm|aws|tls_.*|security_groups)$/;

/** What the clusters of a stack run: what calls, the services, and the connections that these name. */
export function contentPictureOf({ contents }: StackDocument): Picture {
  return {
    direction: "right",
    parts: contents.map(contentFrame),
    arrows: contents.flatMap(({ path, references, mentions }) =>
      [...references, ...mentions.filter(({ to }) => !isCaller(to))]
        .filter((reference) => !isSecurity(reference.from) && !isSecurity(reference.to))
        .map(({ from, to }) => arrow(idIn(path, from), idIn(path, to))),
    ),
  };
}

function contentFrame(content: DeclaredContent): Frame {
  const { path, objects, references, services } = content;
  const declared = services.map(({ name }) => `${SERVICE}${name}`);
  const named = references.map(({ to }) => to).filter((to) => to.startsWith(SERVICE));
  const foreign = [...new Set(named)].filter((key) => !declared.includes(key));
  const callers = objects.filter(isCaller).map((key) => objectBox(path, key, ...secured(content, key)));
  const connections = objects.filter((key) => !isCaller(key) && !isSecurity(key)).map((key) => objectBox(path, key));
  const frames = [
    frameOf(path, "channels, jobs", callers),
    frameOf(path, "services", [
      ...declared.map((key) => box(idIn(path, key), nameOf(key))),
      ...foreign.map((key) => box(idIn(path, key), nameOf(key), "not of this program")),
    ]),
    frameOf(path, "connections", connections),
  ];
  return { id: `content ${path}`, title: titleOf(content), parts: frames.filter(({ parts }) => parts.length > 0) };
}

function titleOf({ path, clusters }: DeclaredContent): string {
  return `${path} on ${clusters.map((cluster) => cluster.slice(cluster.lastIndexOf("/") + 1)).join(", ")}`;
}

function frameOf(path: string, title: string, parts: readonly Box[]): Frame {
  return { id: `${title} ${path}`, title, parts };
}

function objectBox(path: string, key: string, ...lines: readonly string[]): Box {
  return box(idIn(path, key), kindOf(key), nameOf(key), ...lines);
}

function secured({ references }: DeclaredContent, key: string): string[] {
  return references.filter(({ from, to }) => from === key && isSecurity(to)).map(({ to }) => `for ${nameOf(to)}`);
}

function isCaller(key: string): boolean {
  return CALLERS.test(kindOf(key));
}

function isSecurity(key: string): boolean {
  return SECURITY.test(kindOf(key));
}

function idIn(path: string, key: string): string {
  return `${key} ${path}`;
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}

function nameOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
