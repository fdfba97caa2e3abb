import { hostPort, isLoopback } from "../validation";
import { Arrow, arrow, Box, box, boxesOf, Frame, isFrame, Part, Picture } from "./picture";
import {
  DeclaredCluster,
  DeclaredDeployment,
  DeclaredExistingCluster,
  DeclaredHost,
  StackDocument,
} from "./stack-document";

/** The file, beside the document. */
export const PICTURE_FILE = "topology.mmd";

const CLIENTS = "clients";

/** What a stack looks like to clients and to whoever operates it. Texts are drawn as they stand in the document. */
export function topologyOf(document: StackDocument): Picture {
  const { clusters, existingClusters, deployments } = document;
  const ways = deployments.map((deployment) => wayIn(deployment, document));
  const parts = [
    ...(deployments.length > 0 ? [{ ...box(CLIENTS, "clients"), shape: "round" as const }] : []),
    ...ways.map(({ entry }) => entry),
    ...byFailureDomain(hostFrames(document)),
    ...byFailureDomain(existingClusters.map(existingBox)),
    ...clusters.flatMap(databasesElsewhere),
  ];
  const arrows = [...ways.flatMap((way) => way.arrows), ...clusters.flatMap(arrowsIn)];
  return { direction: "down", parts: [...parts, ...elsewhere(parts, arrows)], arrows };
}

/** What of the picture is lost together with what. */
interface Placed {
  readonly part: Part;

  /** None where it is lost alone. */
  readonly failureDomain?: string;
}

function byFailureDomain(placed: readonly Placed[]): Part[] {
  const domains = new Set(placed.flatMap(({ failureDomain }) => failureDomain ?? []));
  const partsIn = (domain?: string): Part[] =>
    placed.filter(({ failureDomain }) => failureDomain === domain).map(({ part }) => part);
  const frames = [...domains].map((domain) => ({
    id: `domain ${domain}`,
    title: `failure domain ${domain}`,
    parts: partsIn(domain),
  }));
  return [...frames, ...partsIn()];
}

/** How clients come to the clusters of a deployment. */
function wayIn(deployment: DeclaredDeployment, document: StackDocument): { entry: Box; arrows: Arrow[] } {
  const { loadBalancer, drained } = deployment;
  const id = `entry ${deployment.path}`;
  const nodes = nodesOf(deployment, document);
  const members = deployment.clusters.map((path) => {
    const isDrained = drained.includes(path);
    return { to: balancerOf(path), label: isDrained ? "drained" : "", isIdle: isDrained };
  });
  const froms = nodes.length > 0 ? nodes.map(({ node }) => node.id) : [id];
  return {
    entry: box(id, ...entryLines(deployment, document)),
    arrows: [
      arrow(CLIENTS, id, loadBalancer ? protocol(loadBalancer.tls) : ""),
      ...nodes.map(({ node }) => arrow(id, node.id)),
      ...froms.flatMap((from) => members.map((member) => ({ from, ...member }))),
    ],
  };
}

function entryLines(deployment: DeclaredDeployment, document: StackDocument): string[] {
  const { loadBalancer, healthPath, servicePath } = deployment;
  const asks = `asks each cluster GET ${healthPath}${servicePath === undefined ? "" : ` and ${servicePath}`}`;
  if (!loadBalancer) {
    return ["load balancer", "not in this program", asks];
  }
  const { address, port, path } = loadBalancer;
  const place = `${isVirtual(deployment, document) ? "virtual address " : ""}${hostPort(address, port)}`;
  return [`load balancer ${nameIn(path)}`, place, asks];
}

/** Whether clients use an address that is none of the balancer's own hosts': keepalived holds it. */
function isVirtual({ loadBalancer }: DeclaredDeployment, { components, hosts }: StackDocument): boolean {
  const own = components.filter(({ partOf }) => partOf === loadBalancer?.path).map(({ host }) => host);
  return own.length > 0 && !hosts.some(({ path, address }) => own.includes(path) && address === loadBalancer?.address);
}

/** The parts of a balancer that are on hosts of the stack. */
function nodesOf(deployment: DeclaredDeployment, document: StackDocument): { node: Box; host: string }[] {
  const { path: balancer = "" } = deployment.loadBalancer ?? {};
  const what = isVirtual(deployment, document) ? "HAProxy and keepalived" : "HAProxy";
  return document.components
    .filter(({ partOf }) => partOf === balancer)
    .map(({ path, host }) => ({ node: box(`node ${path}`, what, `of ${nameIn(balancer)}`), host }));
}

function hostFrames(document: StackDocument): Placed[] {
  const { hosts, clusters, deployments } = document;
  const nodes = deployments.flatMap((deployment) => nodesOf(deployment, document));
  return hosts.map((host) => {
    const { path, failureDomain } = host;
    const balancers = nodes.filter((one) => one.host === path).map(({ node }) => node);
    const frames = clusters.filter((cluster) => cluster.host === path).map((one) => clusterFrame(one, document));
    return {
      part: hostPart(host, [...balancers, ...frames]),
      ...(failureDomain !== path && { failureDomain }),
    };
  });
}

/** A frame, but where there is nothing to frame, or one box, whose arrows would cross the title. */
function hostPart(host: DeclaredHost, parts: readonly Part[]): Part {
  const title = hostTitle(host);
  const [first = box(`host ${host.path}`), ...others] = parts;
  return others.length > 0 || isFrame(first)
    ? { id: `host ${host.path}`, title, parts }
    : { ...first, lines: [title, ...first.lines] };
}

function hostTitle({ name, address, cpus, labels = {}, lost }: DeclaredHost): string {
  const known = Object.entries(labels).map((label) => label.join(" "));
  return [name, address, counted(cpus, "CPU"), ...known, ...(lost ? ["declared lost"] : [])].join(" · ");
}

function clusterFrame(cluster: DeclaredCluster, { deployments }: StackDocument): Frame {
  const { path, name, release, privatePaths, openPaths, servers, webAdminUrl, odb } = cluster;
  const isDrained = deployments.some(({ drained }) => drained.includes(path));
  const workers = servers.reduce((sum, server) => sum + server.workers, 0);
  return {
    id: `cluster ${path}`,
    title: `cluster ${name} · Zato ${release}${isDrained ? " · drained" : ""}`,
    parts: [
      box(
        balancerOf(path),
        "Zato load-balancer",
        `${cluster.address} ${protocol(cluster.tls)}`,
        `refuses ${privatePaths.join(", ")}`,
        `but for ${openPaths.join(", ")}`,
      ),
      box(
        `servers ${path}`,
        `${counted(servers.length, "server")}, ${counted(workers, "worker")}`,
        ...servers.map((server) => `${server.name} ${server.address}, ${counted(server.workers, "worker")}`),
      ),
      box(`web-admin ${path}`, "web-admin", webAdminUrl),
      schedulerBox(cluster),
      ...(odb.local ? [databaseBox(cluster)] : []),
      ...(isRedisLocal(cluster) ? redisBoxes(cluster) : []),
    ],
  };
}

function schedulerBox({ path, schedulerIsActive, schedulerAddress }: DeclaredCluster): Box {
  const says = schedulerIsActive ? ["scheduler, runs", schedulerAddress] : ["scheduler, stands still"];
  return { ...box(`scheduler ${path}`, ...says), isIdle: !schedulerIsActive };
}

function databaseBox({ path, odb }: DeclaredCluster): Box {
  const engine = odb.engine === "mysql" ? "MySQL" : "PostgreSQL";
  return { ...box(`odb ${path}`, engine, odb.address, odb.database), shape: "database" };
}

function redisBoxes({ path, redis }: DeclaredCluster): Box[] {
  return redis === undefined ? [] : [{ ...box(`redis ${path}`, "Redis", redis), shape: "database" }];
}

function isRedisLocal({ redis = "" }: DeclaredCluster): boolean {
  return isLoopback(redis.replace(/:\d+\/\d+$/, ""));
}

function databasesElsewhere(cluster: DeclaredCluster): Box[] {
  return [...(cluster.odb.local ? [] : [databaseBox(cluster)]), ...(isRedisLocal(cluster) ? [] : redisBoxes(cluster))];
}

function arrowsIn({ path, redis, schedulerIsActive }: DeclaredCluster): Arrow[] {
  return [
    arrow(balancerOf(path), `servers ${path}`),
    ...["servers", "web-admin"].map((part) => arrow(`${part} ${path}`, `odb ${path}`)),
    { ...arrow(`scheduler ${path}`, `odb ${path}`), isIdle: !schedulerIsActive },
    ...(redis === undefined ? [] : [arrow(`servers ${path}`, `redis ${path}`)]),
  ];
}

function existingBox(cluster: DeclaredExistingCluster): Placed {
  const { path, name, address, tls, failureDomain, schedulerIsActive, webAdminUrl } = cluster;
  const part = box(
    balancerOf(path),
    `cluster ${name}`,
    "installed by others",
    `${address} ${protocol(tls)}`,
    ...(schedulerIsActive ? ["its scheduler runs"] : []),
    ...(webAdminUrl === undefined ? [] : [`web-admin ${webAdminUrl}`]),
  );
  const isLostAlone = address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1") === failureDomain;
  return { part, ...(!isLostAlone && { failureDomain }) };
}

/** Members of other stacks. */
function elsewhere(parts: readonly Part[], arrows: readonly Arrow[]): Box[] {
  const known = new Set(boxesOf(parts));
  const unknown = new Set(arrows.map(({ to }) => to).filter((to) => !known.has(to)));
  return [...unknown].map((id) => box(id, `cluster ${nameIn(id)}`, "of another stack"));
}

/** What answers for a cluster. */
function balancerOf(clusterPath: string): string {
  return `balancer ${clusterPath}`;
}

function protocol(tls: boolean): string {
  return tls ? "HTTPS" : "HTTP";
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** The last part of a construct's path. */
function nameIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
