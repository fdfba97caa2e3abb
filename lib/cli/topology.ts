import { contentPictureOf, renderMermaid, StackDocument, topologyOf } from "../document";
import { literalTexts } from "../remote";
import { renderDot } from "./dot";
import { drawSvg } from "./svg";

/**
 * A picture of what a stack declares. What only Terraform knows is drawn as the expression that it is: nobody is asked.
 *
 * @param options `content` for what its clusters run; `dot` or `svg` in place of Mermaid
 * @throws Error when it is to be SVG, and Graphviz is not installed
 */
export async function topology(document: StackDocument, options: readonly string[]): Promise<string> {
  const readable = literalTexts(document) as StackDocument;
  const picture = options.includes("content") ? contentPictureOf(readable) : topologyOf(readable);
  if (options.includes("svg")) {
    return drawSvg(renderDot(picture));
  }
  return options.includes("dot") ? renderDot(picture) : renderMermaid(picture);
}
