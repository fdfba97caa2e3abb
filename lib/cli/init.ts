import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FRAMEWORK } from "../framework";
import { oldNode } from "./old-node";
import { projectFiles } from "./project-template";

/**
 * Writes a project that synthesizes and deploys after three edits.
 *
 * @param folder is made where it is not there
 * @throws Error when one of the files is there already
 */
export function init(folder: string, print: (text: string) => void): number {
  const files = Object.entries(projectFiles());
  const there = files.flatMap(([name]) => (existsSync(join(folder, name)) ? [`'${join(folder, name)}'`] : []));
  if (there.length > 0) {
    throw new Error(`there is already ${there.join(", ")}; choose another folder, or move that away`);
  }
  mkdirSync(folder, { recursive: true });
  files.forEach(([name, text]) => writeFileSync(join(folder, name), text, { flag: "wx" }));
  print(
    `wrote ${files.map(([name]) => name).join(", ")} into '${folder}'\n` +
      `next: edit main.ts in its three places; then, there, 'npm install' and 'npx ${FRAMEWORK.name} deploy'\n` +
      oldNode(process.versions.node),
  );
  return 0;
}
