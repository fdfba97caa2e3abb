import { createHash } from "node:crypto";
import { ExportedCluster } from "../../../lib/cli/export-answer";

/** The source of a service. */
export const service = (name: string, answer = ""): string => `
from zato.server.service import Service

class Answer(Service):
    name = ${JSON.stringify(name)}

    def handle(self):
        self.response.payload = ${JSON.stringify(answer)}
`;

/** A cluster with files of services, by path, and whatever else is given. */
export function exportedCluster(
  files: Readonly<Record<string, readonly [name: string, source: string]>> = {},
  others: Partial<ExportedCluster> = {},
): ExportedCluster {
  const all = Object.entries(files).map(([path, [name, source]]) => {
    const hash = createHash("sha256").update(source).digest("hex");
    return { name, hash, file: { path, source: Buffer.from(source).toString("base64") } };
  });
  return {
    release: "3.3",
    cpus: 4,
    hostKeys: [],
    port: 11223,
    folders: ["/opt/zato/env/qs-1/server1"],
    schedulerRuns: false,
    identity: "one",
    services: Object.fromEntries(all.map(({ name, hash }) => [name, hash])),
    files: Object.fromEntries(all.map(({ hash, file }) => [hash, file])),
    rows: {},
    own: [],
    objects: {},
    users: {},
    ...others,
  };
}

/** What `export.sh` prints of it. */
export function toldOf(cluster: ExportedCluster): string {
  const { identity, services, files, rows, own, objects, users, ...others } = cluster;
  const lines = {
    release: others.release,
    cpus: String(others.cpus),
    keys: others.hostKeys.join(","),
    port: String(others.port ?? ""),
    folders: others.folders.join("\t"),
    scheduler: others.schedulerRuns ? "1" : "0",
    content: JSON.stringify({ identity, services, files, rows, own }),
    objects: JSON.stringify(objects),
    users: JSON.stringify(users),
  };
  return Object.entries(lines)
    .map(([word, text]) => `${word}\t${text}\n`)
    .join("");
}
