import { DeclaredHost } from "../document";
import { DeclaredStack } from "./declared-stack";
import { onTerminal } from "./ssh";
import { untilEnded } from "./until-ended";

/**
 * Opens a shell on a host, or runs a command there, whose words become one line for the host's shell, as those of ssh do.
 *
 * @returns the exit status of shell or command, or 255 when the host was not reached
 * @throws Error when there is no such host, or only Terraform knows its address and does not say
 */
export function shell(stack: DeclaredStack, host: string, command: readonly string[]): Promise<number> {
  const access = stack.accessTo(requireHost(stack, host));
  return untilEnded((signal) => onTerminal(access, command.join(" "), signal));
}

function requireHost(stack: DeclaredStack, wanted: string): DeclaredHost {
  const { hosts } = stack.document;
  const found = hosts.filter(({ name, path }) => path === wanted || name === wanted);
  if (found.length !== 1) {
    const known = hosts.map(({ name, path }) => (found.length > 1 ? `'${path}'` : `'${name}'`)).join(", ");
    const problem = found.length > 1 ? `there are several hosts '${wanted}'` : `there is no host '${wanted}'`;
    throw new Error(`${problem} in the stack in '${stack.folder}'; it has ${known}`);
  }
  return found[0]!;
}
