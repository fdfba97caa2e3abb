import { FRAMEWORK } from "../framework";
import { ExportedContent } from "./export-content";
import { clusterName, ProgramCluster, secretLine } from "./export-program";

const { name, library } = FRAMEWORK;

/** What somebody has to know of a project that was exported: what it lacks, and how to go on. */
export function renderReadme(
  clusters: readonly ProgramCluster[],
  { secrets, leftOut, sections }: ExportedContent,
): string {
  const running = clusters.flatMap(({ cluster }, number) => (cluster.schedulerRuns ? [clusterName(number)] : []));
  const users = clusters.flatMap(({ cluster }, number) =>
    Object.entries(cluster.users).flatMap(([where, names]) =>
      names.length === 0 ? [] : [`- ${clusterName(number)}, ${where}: ${names.map(code).join(", ")}`],
    ),
  );
  const lines = [
    "# Clusters as they are",
    "",
    `\`${library} export\` has written this; the clusters have not been changed. \`main.ts\` declares`,
    "",
    ...clusters.map(
      ({ place, cluster }, number) => `- ${clusterName(number)}: ${code(place.typed)}, Zato ${cluster.release}`,
    ),
    "",
    "```sh",
    "npm install",
    `npx ${name} synth`,
    `npx ${library} plan     # what a deploy will do`,
    `npx ${name} deploy    # brings what main.ts declares to each of them, one after the other`,
    "```",
    ...section("Passwords", "Zato gives none away. A deploy needs each of them, and sets it:", [
      ...secrets.map((secret) => `- \`TF_VAR_${secret.variable}\`, for the line ${code(secretLine(secret))}`),
    ]),
    ...section("What could not be exported", "It stays as it is in the clusters:", [
      ...leftOut.map(({ what, why }) => `- ${code(what)}: ${plain(why)}`),
    ]),
    ...section("Jobs", schedulers(running), [
      ...(running.length > 1 && !sections.scheduler ? ["- none that could be exported"] : []),
      ...(sections.scheduler ?? []).map(
        (job) => `- ${code(job.name as string)}${job.is_active === false ? ", which is not active" : ""}`,
      ),
    ]),
    ...section(
      "Who may log in",
      "Their passwords stay in the clusters; a cluster that the library makes has `admin` alone:",
      users,
    ),
    "",
    "## What no command looks at",
    "",
    "Python packages and modules beside services, user configuration, static files, settings in `server.conf`, the Zato load-balancer's",
    "configuration, and messages in queues. Passwords in the sources of services are in `services/` as they were there.",
    "",
  ];
  return lines.join("\n");
}

function section(title: string, about: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `## ${title}`, "", about, "", ...lines];
}

function schedulers(running: readonly string[]): string {
  return running.length > 1
    ? `**The schedulers of ${running.join(" and ")} run, and each job runs in each of them.** Stop all but one before the first deploy, which would refuse the others.`
    : running.length === 1
      ? `The scheduler of ${running[0]} runs.`
      : "No scheduler runs beside the servers.";
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

/** In Markdown, whatever is in it. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${plain(text)}${fence}` : `${fence} ${plain(text)} ${fence}`;
}
