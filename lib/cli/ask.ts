import { DeclaredHost } from "../document";
import { DeclaredStack } from "./declared-stack";
import { askHost, Listening } from "./ssh";

/** What a host has said, or why it has not. */
export interface Answer {
  /** Where it is: its address, or its name where nobody knows that. */
  readonly where: string;

  readonly said?: string;

  /** Why it did not answer; empty where it did. */
  readonly reason: string;
}

/** Asks a host by a script of ours. One whose address, or what it would be asked, only Terraform knows has not answered. */
export async function ask(
  stack: DeclaredStack,
  host: DeclaredHost,
  script: string,
  input: () => string,
  listening?: Listening,
): Promise<Answer> {
  let where = host.name;
  let question: Parameters<typeof askHost>;
  try {
    const access = stack.accessTo(host);
    where = access.address;
    question = [access, script, input(), listening];
  } catch (error) {
    return { where, reason: (error as Error).message };
  }
  const { status, stdout, stderr } = await askHost(...question);
  return status === 0
    ? { where, said: stdout, reason: "" }
    : { where, reason: stderr.trim().split("\n").at(-1) || `ssh ended with status ${status}` };
}
