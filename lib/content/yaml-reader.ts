import { IConstruct } from "constructs";
import type { Alias, Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { ConstructError } from "../validation";
import { EnmasseValue } from "./objects/enmasse-value";
import { PlainScalar, plainScalar } from "./yaml-scalars";

/**
 * Reads an enmasse file as Zato does: YAML 1.1, in which an unquoted `no` is false and `1:30` is 90, and a quoted text is a text.
 * What Zato's reader would pass over is refused: a key that stands twice, of which it takes the last one.
 *
 * @param file its name, for messages
 * @param language JSON is a subset of YAML, but for what a number may look like
 * @throws ConstructError with file and line
 */
export function readYaml(scope: IConstruct, file: string, text: string, language: "yaml" | "json"): EnmasseValue {
  return new YamlReader(scope, file, text, language).read();
}

/** The YAML library is loaded when it is needed: a tenth of what importing all of this package costs. */
function yaml(): typeof import("yaml") {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at once
  return require("yaml") as typeof import("yaml");
}

/** What JSON has without quotes. */
function jsonScalar(text: string): PlainScalar {
  try {
    return { value: JSON.parse(text) as string | number | boolean | null };
  } catch {
    return { refused: "is no JSON" };
  }
}

const TEXT_TAG = "tag:yaml.org,2002:str";

class YamlReader {
  private readonly yaml = yaml();
  private readonly lines = new this.yaml.LineCounter();
  private readonly document: Document.Parsed;
  private readonly resolving = new Set<Node>();

  constructor(
    private readonly scope: IConstruct,
    private readonly file: string,
    text: string,
    private readonly language: "yaml" | "json",
  ) {
    this.document = this.yaml.parseDocument(text, {
      version: "1.1",
      // Every scalar is a text, and it is decided here what it means: the library's own 1.1 is not PyYAML's.
      schema: "failsafe",
      uniqueKeys: false,
      lineCounter: this.lines,
      logLevel: "error",
    });
  }

  public read(): EnmasseValue {
    const [error] = this.document.errors;
    if (error) {
      throw this.fault(error.pos[0], error.message.split("\n")[0]!.replace(/ at line \d+.*$/, ""), "mend the file");
    }
    return this.document.contents === null ? null : this.value(this.document.contents);
  }

  private value(node: Node | null): EnmasseValue {
    const { isAlias, isMap, isSeq } = this.yaml;
    if (node === null) {
      return null;
    }
    if (isAlias(node)) {
      return this.aliased(node);
    }
    this.requireNoTag(node);
    if (isMap(node)) {
      return this.map(node);
    }
    return isSeq(node) ? (node as YAMLSeq<Node>).items.map((item) => this.value(item)) : this.scalar(node);
  }

  private aliased(alias: Alias): EnmasseValue {
    const node = this.target(alias);
    if (this.resolving.has(node)) {
      throw this.fault(alias, `'*${alias.source}' is a part of itself`, "write it out");
    }
    this.resolving.add(node);
    const value = this.value(node);
    this.resolving.delete(node);
    return value;
  }

  private target(alias: Alias): Node {
    const node = alias.resolve(this.document);
    if (!node) {
      throw this.fault(alias, `there is no anchor '&${alias.source}' before it`, "mend the file");
    }
    return node;
  }

  private scalar(node: Scalar): string | number | boolean | null {
    const read = this.readScalar(node);
    if ("refused" in read) {
      throw this.fault(node, `'${String(node.value)}' ${read.refused}`, "write it in quotes if it is a text");
    }
    return read.value;
  }

  private readScalar(node: Scalar): PlainScalar {
    const text = String(node.value);
    if (node.type !== "PLAIN" || node.tag === TEXT_TAG) {
      return { value: text };
    }
    return this.language === "json" ? jsonScalar(text) : plainScalar(text.trim());
  }

  /** Merge keys stand for the fields of what they name, which the map's own ones replace. */
  private map(node: YAMLMap): Record<string, EnmasseValue> {
    const own = new Map<string, EnmasseValue>();
    let merged: Record<string, EnmasseValue> = {};
    let hasMerge = false;
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (this.isMergeKey(pair.key)) {
        if (hasMerge) {
          throw this.fault(pair.key, "the key '<<' stands twice", "give it a list: '<<: [*one, *other]'");
        }
        hasMerge = true;
        merged = this.merged(pair.value);
        continue;
      }
      const key = this.key(pair.key);
      if (own.has(key)) {
        throw this.fault(pair.key, `'${key}' stands twice, and Zato would take the last one`, "leave one of them");
      }
      own.set(key, this.value(pair.value));
    }
    return Object.fromEntries([...Object.entries(merged), ...own]);
  }

  private isMergeKey(key: Node): boolean {
    return this.yaml.isScalar(key) && key.type === "PLAIN" && key.tag === undefined && key.value === "<<";
  }

  private merged(value: Node | null): Record<string, EnmasseValue> {
    const node = this.yaml.isAlias(value) ? this.target(value) : value;
    // Of several the first one that has a field gives it.
    const all = this.yaml.isSeq(node) ? ([...node.items].reverse() as Node[]) : [value];
    return Object.assign({}, ...all.map((one) => this.mergedMap(one))) as Record<string, EnmasseValue>;
  }

  private mergedMap(node: Node | null): Record<string, EnmasseValue> {
    const value = this.value(node);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.fault(node, "'<<' takes maps alone", "name one by an alias: '<<: *base'");
    }
    return value as Record<string, EnmasseValue>;
  }

  private key(node: Node): string {
    const key = this.yaml.isAlias(node) ? this.target(node) : node;
    const read = this.yaml.isScalar(key) ? this.readScalar(key) : undefined;
    if (read === undefined || !("value" in read) || typeof read.value !== "string" || read.isMoment === true) {
      const text = this.yaml.isScalar(key) ? String(key.value) : String(key);
      throw this.fault(node, `Zato would take the key '${text}' for no text`, "write it in quotes");
    }
    return read.value;
  }

  private requireNoTag(node: Node): void {
    if (node.tag !== undefined && node.tag !== TEXT_TAG) {
      throw this.fault(node, `the tag '${node.tag}' cannot be carried`, "write the value without it");
    }
  }

  private fault(at: Node | number | null, problem: string, wayOut: string): ConstructError {
    const offset = typeof at === "number" ? at : (at?.range?.[0] ?? 0);
    const { line } = this.lines.linePos(offset);
    return new ConstructError(this.scope, `${this.file}:${line}: ${problem}`, wayOut);
  }
}
