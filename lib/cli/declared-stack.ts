import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DeclaredComponent,
  DeclaredHost,
  DeclaredSsh,
  DOCUMENT_FILE,
  DOCUMENT_VERSION,
  StackDocument,
} from "../document";
import { FRAMEWORK } from "../framework";
import { literalOf, Quoting, renderManifest } from "../remote";
import { isForsaken } from "./stack-folder";
import { TerraformState } from "./terraform-state";

/** A cluster, as far as that is the same for those that somebody else has installed. */
interface NamedCluster {
  readonly name: string;
  readonly path: string;
}

/** What a synthesized stack declares, with the values of what only Terraform knows. */
export class DeclaredStack {
  public readonly document: StackDocument;

  private readonly state: TerraformState;

  /**
   * @param folder the stack's folder, for example `cdktf.out/stacks/production`
   * @throws Error when there is no synthesized stack in the folder, or another version of the library has synthesized it
   */
  constructor(public readonly folder: string) {
    const file = join(folder, DOCUMENT_FILE);
    if (!existsSync(file)) {
      throw new Error(
        `there is no synthesized stack with hosts in '${folder}', which would have a ${DOCUMENT_FILE}; ` +
          `run '${FRAMEWORK.name} synth' before`,
      );
    }
    const document = JSON.parse(readFileSync(file, "utf8")) as StackDocument;
    const version: number = document.version;
    if (version !== DOCUMENT_VERSION) {
      throw new Error(
        `'${file}' has the format ${version}, and this program reads ${DOCUMENT_VERSION}; ` +
          `run it and '${FRAMEWORK.name} synth' with the same version of ${FRAMEWORK.library}`,
      );
    }
    if (isForsaken(folder)) {
      throw new Error(`'${file}' is of a former synth, and the stack declares nothing of it any more; remove the file`);
    }
    this.document = document;
    this.state = new TerraformState(folder);
  }

  /** All components of hosts that deploys touch: a machine that is declared lost is asked for nothing. */
  public get componentsToAsk(): readonly DeclaredComponent[] {
    return this.document.components.filter(({ host }) => !this.host(host).lost);
  }

  /** The host at a construct path. */
  public host(path: string): DeclaredHost {
    return this.document.hosts.find((host) => host.path === path)!;
  }

  /** What a cluster is called where there may be others: its name, or its path where another one has the name too. */
  public labelOf({ name, path }: NamedCluster): string {
    return this.allClusters.some((other) => other.name === name && other.path !== path) ? path : name;
  }

  /** The cluster at a construct path, whoever has installed it. */
  public clusterAt(path: string): NamedCluster | undefined {
    return this.allClusters.find((cluster) => cluster.path === path);
  }

  private get allClusters(): NamedCluster[] {
    const { clusters, existingClusters } = this.document;
    return [...clusters, ...existingClusters];
  }

  /**
   * How a host is reached.
   *
   * @throws Error when only Terraform knows, and does not say
   */
  public accessTo({ name, ssh }: DeclaredHost): DeclaredSsh {
    const value = (text: string, what: string): string => this.valueOf(text, `the ${what} of the host '${name}'`);
    const { bastion } = ssh;
    return {
      ...ssh,
      address: value(ssh.address, "address"),
      user: value(ssh.user, "user"),
      ...(bastion && {
        bastion: {
          ...bastion,
          address: value(bastion.address, "bastion's address"),
          user: value(bastion.user, "bastion's user"),
        },
      }),
    };
  }

  /**
   * The manifest of a component, as it goes to the host.
   *
   * @throws Error when only Terraform knows a part of it, and does not say
   */
  public manifestOf({ name, parameters, files }: DeclaredComponent): string {
    const values = (texts: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(
        Object.entries(texts).map(([key, text]) => [key, this.valueOf(text, `'${key}' of '${name}'`)]),
      );
    return renderManifest({ parameters: values(parameters), files: values(files) });
  }

  /** The SHA-256 of a manifest, in the normal form that Terraform gives all texts; nothing where a part of it is not known. */
  public hashOf(component: DeclaredComponent): string | undefined {
    const texts = [...Object.values(component.parameters), ...Object.values(component.files)];
    let isKnown = true;
    texts.forEach((text) =>
      evaluated(text, (expression) => {
        isKnown &&= this.state.find(expression) !== undefined;
        return "";
      }),
    );
    return isKnown ? createHash("sha256").update(this.manifestOf(component).normalize()).digest("hex") : undefined;
  }

  /**
   * A text of the document, as it is where Terraform has filled in what it knows.
   *
   * @param what it is, for the message
   * @throws Error when only Terraform knows, and does not say
   */
  public valueOf(text: string, what: string): string {
    return evaluated(text, (expression) => {
      const value = this.state.find(expression);
      if (value === undefined) {
        throw new Error(
          `${what} is only known to Terraform, and not in its state: ${expression}; deploy the stack before, or give a ` +
            "concrete value or the attribute of a resource",
        );
      }
      return value;
    });
  }
}

/** A rendered text with the values of what only Terraform knows. */
function evaluated(text: string, evaluate: (expression: string) => string): string {
  return literalOf(text, (expression) => Quoting.evaluate(expression, evaluate));
}
