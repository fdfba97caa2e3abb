import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DefaultTokenResolver, ISynthesisSession, StringConcat, TerraformStack, Tokenization } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { DOCUMENT_FILE, DOCUMENT_VERSION, PICTURE_FILE, renderMermaid, StackDocument, topologyOf } from "../document";
import { onePerStack } from "./one-per-stack";
import { literalTexts, terraformTexts } from "./terraform-text";

/** Those parts of the document that constructs add to, an entry each. */
type Section = Exclude<keyof StackDocument, "version" | "stack">;

type Sections = { readonly [S in Section]: (() => StackDocument[S][number])[] };

/**
 * Leaves a document beside the configuration of a stack, when that is synthesized to a folder, that says what the stack declares, and a picture of it.
 * Terraform does not read it.
 */
export class DocumentWriter extends Construct {
  /** The one of the stack that a construct belongs to. */
  public static of(scope: IConstruct): DocumentWriter {
    return onePerStack(scope, "zato-document", (stack, id) => new DocumentWriter(stack, id));
  }

  private readonly sections: Sections = {
    hosts: [],
    clusters: [],
    existingClusters: [],
    components: [],
    contents: [],
    deployments: [],
  };

  private constructor(
    private readonly stack: TerraformStack,
    id: string,
  ) {
    super(stack, id);
    const { synthesizer } = stack;
    stack.synthesizer = {
      synthesize: (session) => {
        synthesizer.synthesize(session);
        this.write(session);
      },
    };
  }

  /** Adds an entry, of which texts are literal but for tokens; asked for at synth. */
  public add<S extends Section>(section: S, produce: () => StackDocument[S][number]): void {
    this.sections[section].push(produce);
  }

  private write({ outdir, manifest }: ISynthesisSession): void {
    const folder = join(outdir, manifest.forStack(this.stack).workingDirectory);
    const document = this.document();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, DOCUMENT_FILE), `${JSON.stringify(document, undefined, 1)}\n`);
    writeFileSync(join(folder, PICTURE_FILE), renderMermaid(topologyOf(literalTexts(document) as StackDocument)));
  }

  private document(): StackDocument {
    const sections = Object.entries(this.sections).map(([name, entries]) => [
      name,
      entries.map((produce) => produce()),
    ]);
    const document: unknown = Tokenization.resolve(terraformTexts(Object.fromEntries(sections)), {
      scope: this.stack,
      resolver: new DefaultTokenResolver(new StringConcat()),
      preparing: false,
    });
    return {
      version: DOCUMENT_VERSION,
      stack: this.stack.node.path,
      ...(document as Omit<StackDocument, "version" | "stack">),
    };
  }
}
