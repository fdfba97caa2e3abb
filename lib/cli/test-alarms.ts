import { ask } from "./ask";
import { DeclaredStack } from "./declared-stack";

/**
 * Lets each host that tells people of a deployment deliver a message that says it is a test.
 *
 * @returns 0 where all were delivered, 1 where one was not
 * @throws Error when no deployment of the stack has alarms
 */
export async function testAlarms(stack: DeclaredStack, print: (text: string) => void): Promise<number> {
  const { hosts, components } = stack.document;
  const alarms = components.filter(({ kind, host }) => kind === "alarms" && !stack.host(host).lost);
  if (alarms.length === 0) {
    throw new Error(`no deployment of the stack in '${stack.folder}' has alarms; give it 'alarms', and deploy`);
  }
  const answers = await Promise.all(
    alarms.map(async ({ name, host: path }) => {
      const host = hosts.find((one) => one.path === path)!;
      return { host, name, ...(await ask(stack, host, `alarms.sh ${name} test`, () => "")) };
    }),
  );
  for (const { host, name, reason } of answers) {
    print(`${host.name} ${name}: ${reason === "" ? "a test message was delivered" : reason}\n`);
  }
  return answers.some(({ reason }) => reason !== "") ? 1 : 0;
}
