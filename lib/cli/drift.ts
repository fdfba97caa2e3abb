import { askHost } from "./ssh";
import { DeclaredComponent, readComponents } from "./stack-file";

/** What was found, and what puts it right. */
export interface Verdict {
  /** 0 when everything is as it was deployed, 1 when something is not, 2 when a host or a cluster cannot be asked. */
  readonly status: number;
  /** Terraform's addresses of the resources that differ. */
  readonly resources: readonly string[];
}

/** What somebody has changed on a host. */
interface Finding {
  readonly component: DeclaredComponent;
  readonly text: string;
}

/**
 * Asks every host of a synthesized stack what is not as declared, or not as the last deploy left it, and prints that. Changes
 * nothing.
 */
export async function verifyHosts(stackFolder: string, print: (line: string) => void): Promise<Verdict> {
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
  if (findings.length === 0 && silent.length === 0) {
    print(`${hosts.length === 1 ? "the host is" : "all hosts are"} as deployed`);
  }
  return {
    status: silent.length > 0 ? 2 : Math.sign(findings.length),
    resources: findings.flatMap(({ component }) => component.resources),
  };
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
