import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Manifest, TerraformStack } from "cdktf";
import { DOCUMENT_FILE, StackDocument } from "../../lib/document";

/** Synthesizes a stack into a folder, as `cdktf synth` does it; gives the stack's own folder in there. */
export function synthTo(folder: string, stack: TerraformStack): string {
  mkdirSync(folder, { recursive: true });
  stack.prepareStack();
  stack.synthesizer.synthesize({ outdir: folder, manifest: new Manifest("test", folder, false) });
  return join(folder, "stacks", stack.node.id);
}

/** The document in a stack's folder. */
export function documentIn(stackFolder: string): StackDocument {
  return JSON.parse(readFileSync(join(stackFolder, DOCUMENT_FILE), "utf8")) as StackDocument;
}
