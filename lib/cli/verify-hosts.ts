import { DeclaredComponent } from "../document";
import { ask } from "./ask";
import { DeclaredStack } from "./declared-stack";

/** What somebody has changed on a host. */
export interface Finding {
  /** The name of the component on its host. */
  readonly component: string;
  readonly text: string;
}

/** What is not as declared on a host, or not as the last deploy left it. */
export interface HostReport {
  readonly path: string;
  readonly name: string;
  /** Its address, or its name where that is not known. */
  readonly where: string;
  /** Why it could not be asked; empty where it was. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** Terraform's addresses of what puts that right. */
  readonly replace: readonly string[];
}

/**
 * Asks every host of a stack what is not as declared, or not as the last deploy left it. Changes nothing.
 *
 * @throws Error when the stack declares no component
 */
export async function verifyHosts(stack: DeclaredStack): Promise<HostReport[]> {
  const { hosts } = stack.document;
  if (stack.document.components.length === 0) {
    throw new Error(`the stack in '${stack.folder}' declares nothing on any host; there is nothing to verify`);
  }
  const components = stack.componentsToAsk;
  const used = hosts.filter(({ path }) => components.some(({ host }) => host === path));
  return Promise.all(
    used.map(async (host) => {
      const own = components.filter((component) => component.host === host.path);
      const declared = (): string =>
        own
          .map((component) => `${component.kind} ${component.name} ${stack.hashOf(component) ?? "unknown"}\n`)
          .join("");
      const { where, reason, said = "" } = await ask(stack, host, "drift.sh", declared);
      const found = readFindings(own, said);
      return {
        path: host.path,
        name: host.name,
        where,
        reason,
        findings: found.map(({ component: { name }, text }) => ({ component: name, text })),
        replace: found.flatMap(({ component: { resources } }) => [
          resources.state,
          ...(resources.early === undefined ? [] : [resources.early]),
        ]),
      };
    }),
  );
}

/** Lines of `NAME<tab>FINDING`. */
function readFindings(
  components: readonly DeclaredComponent[],
  said: string,
): { readonly component: DeclaredComponent; readonly text: string }[] {
  return said.split("\n").flatMap((line) => {
    const [name, text] = line.split("\t");
    const component = components.find((one) => one.name === name);
    return component && text !== undefined ? [{ component, text }] : [];
  });
}
