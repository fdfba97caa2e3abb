import { askHost } from "./ssh";
import { DeclaredComponent, readComponents } from "./stack-file";

/** What somebody has changed on a host. */
interface Finding {
  readonly component: DeclaredComponent;
  readonly text: string;
}

/**
 * Asks every host of a synthesized stack what is not as declared, or not as the last deploy left it, and prints that, and the
 * command that puts it right. Changes nothing.
 *
 * @returns 0 when everything is as it was deployed, 1 when something is not, 2 when a host cannot be asked
 */
export async function verifyHosts(stackFolder: string, print: (line: string) => void): Promise<number> {
  const hosts = byHost(readComponents(stackFolder));
  const answers = await Promise.all(
    hosts.map(async (components) => {
      const declared = components
        .map(({ kind, name, manifestHash }) => `${kind} ${name} ${manifestHash ?? "unknown"}\n`)
        .join("");
      return { components, answer: await askHost(components[0]!, "drift.sh", declared) };
    }),
  );
  const silent = answers.filter(({ answer }) => answer.status !== 0);
  for (const { components, answer } of silent) {
    print(`the host ${components[0]!.address} cannot be asked: ${answer.stderr.trim().split("\n").at(-1)}`);
  }
  const findings = answers.flatMap(({ components, answer }) => readFindings(components, answer.stdout));
  findings.forEach(({ component, text }) => print(`${component.name} at ${component.address}: ${text}`));
  if (findings.length > 0) {
    print(`to put it right: ${commandFor(stackFolder, findings)}`);
  } else if (silent.length === 0) {
    print(`${hosts.length === 1 ? "the host is" : "all hosts are"} as deployed`);
  }
  return silent.length > 0 ? 2 : Math.sign(findings.length);
}

function byHost(components: readonly DeclaredComponent[]): DeclaredComponent[][] {
  const addresses = [...new Set(components.map(({ address }) => address))];
  return addresses.map((address) => components.filter((one) => one.address === address));
}

/** Lines of `NAME<tab>FINDING`. */
function readFindings(components: readonly DeclaredComponent[], stdout: string): Finding[] {
  return stdout.split("\n").flatMap((line) => {
    const [name, text] = line.split("\t");
    const component = components.find((one) => one.name === name);
    return component && text !== undefined ? [{ component, text }] : [];
  });
}

function commandFor(stackFolder: string, findings: readonly Finding[]): string {
  const resources = [...new Set(findings.map(({ component }) => component.resource))];
  return [`terraform -chdir='${stackFolder}' apply`, ...resources.map((one) => `-replace='${one}'`)].join(" ");
}
