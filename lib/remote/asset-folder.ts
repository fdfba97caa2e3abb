import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { ISynthesisSession, TerraformStack } from "cdktf";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
import { Construct, IConstruct } from "constructs";
import { ConstructError, requireLine } from "../validation";

/**
 * Files for hosts, copied beside the synthesized stack, where Terraform finds them. Unlike a `TerraformAsset` it is put together out of
 * files from anywhere, and may grow until synth.
 */
export class AssetFolder extends Construct {
  private readonly files = new Map<string, string>();
  private readonly texts = new Map<string, string>();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    addCustomSynthesis(this, { onSynthesize: (session) => this.copy(session) });
  }

  /**
   * Adds a file.
   *
   * @param scope the construct that is named in messages
   * @param target where it goes in the folder, with `/` between names
   * @param source where it is on the machine that synthesizes
   * @throws ConstructError when another file goes there, or Terraform could not bring one of its name to a host
   */
  public add(scope: IConstruct, target: string, source: string): void {
    requireLine(scope, "the name of a file for hosts", target);
    const other = this.files.get(target);
    if (other !== undefined) {
      throw new ConstructError(
        scope,
        `'${source}' and '${other}' both become ${target}`,
        "rename one of them: all files of a kind share one folder on the hosts",
      );
    }
    this.files.set(target, source);
  }

  /** Adds a file with another text than its source has. */
  public addText(scope: IConstruct, target: string, source: string, text: string): void {
    this.add(scope, target, source);
    this.texts.set(target, text);
  }

  /** The source of the first file that goes to one of these places; one that ends in `/` stands for all below it. */
  public find(targets: readonly string[]): string | undefined {
    const found = [...this.files].find(([file]) =>
      targets.some((target) => (target.endsWith("/") ? file.startsWith(target) : file === target)),
    );
    return found?.[1];
  }

  /** Where files go that go below these places, from there on, and their sources. */
  public below(targets: readonly string[]): [target: string, source: string][] {
    return [...this.files].flatMap(([target, source]) => {
      const top = targets.find((one) => target.startsWith(one));
      return top === undefined ? [] : [[target.slice(top.length), source]];
    });
  }

  /** The hash of each file, by where it goes. */
  public get hashes(): Record<string, string> {
    return Object.fromEntries(
      [...this.files].sort().map(([target, source]) => [target, sha256(this.contentOf(target, source)).slice(0, 16)]),
    );
  }

  /** The bytes of all files. */
  public get size(): number {
    return [...this.files].reduce((sum, [target, source]) => {
      const text = this.texts.get(target);
      return sum + (text === undefined ? statSync(source).size : Buffer.byteLength(text));
    }, 0);
  }

  /** A hash of all of it, however the files came together. */
  public get hash(): string {
    return sha256(JSON.stringify(this.hashes)).slice(0, 16);
  }

  /** Where Terraform finds the folder. */
  public get path(): string {
    return posix.join(this.root, this.hash);
  }

  private get root(): string {
    return posix.join("assets", TerraformStack.of(this).getLogicalId(this.node));
  }

  private copy(session: ISynthesisSession): void {
    const stack = session.manifest.forStack(TerraformStack.of(this));
    const stackFolder = dirname(join(session.manifest.outdir, stack.synthesizedStackPath));
    rmSync(join(stackFolder, this.root), { recursive: true, force: true });
    mkdirSync(join(stackFolder, this.path), { recursive: true });
    for (const [target, source] of this.files) {
      const copy = join(stackFolder, this.path, target);
      mkdirSync(dirname(copy), { recursive: true });
      const text = this.texts.get(target);
      if (text === undefined) {
        copyFileSync(source, copy);
      } else {
        writeFileSync(copy, text);
      }
    }
  }

  private contentOf(target: string, source: string): string | Buffer {
    return this.texts.get(target) ?? readFileSync(source);
  }
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
