import { FRAMEWORK } from "../framework";

/**
 * A line to whoever has just got a project, where Node is older than what the framework's own program needs; that one says nothing of it.
 *
 * @param running the version of Node
 */
export function oldNode(running: string): string {
  const { name, node } = FRAMEWORK;
  const isOld = running.localeCompare(node, undefined, { numeric: true }) < 0;
  return isOld ? `'${name}' needs Node ${node} or later, and this is ${running}: install another one before\n` : "";
}
