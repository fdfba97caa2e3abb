import { createRequire } from "node:module";
import type { Viz } from "@viz-js/viz" with { "resolution-mode": "import" };
import { FRAMEWORK } from "../framework";

/** Graphviz as one package, which whoever wants SVG installs: it is larger than all of the library. */
const PACKAGE = "@viz-js/viz";

/** Without fonts Graphviz takes texts to be as wide as Helvetica's; whoever looks may have wider ones. */
const FIT = 0.85;

/**
 * Draws what is written in the language of Graphviz.
 *
 * @throws Error when Graphviz is not installed
 */
export async function drawSvg(dot: string): Promise<string> {
  const viz = await graphviz();
  return viz
    .renderString(dot, { format: "svg" })
    .replace(/font-size="([\d.]+)"/g, (_, size) => `font-size="${Number(size) * FIT}"`);
}

async function graphviz(): Promise<Viz> {
  const load = createRequire(__filename);
  try {
    load.resolve(PACKAGE);
  } catch {
    throw new Error(
      `'--svg' needs Graphviz, which ${FRAMEWORK.library} does not bring along; ` +
        `run 'npm install ${PACKAGE}', or leave the option out: Mermaid and '--dot' need nothing`,
    );
  }
  return (load(PACKAGE) as { readonly instance: () => Promise<Viz> }).instance();
}
