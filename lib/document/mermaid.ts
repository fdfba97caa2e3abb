import { Box, Frame, isFrame, oneLine, Part, Picture } from "./picture";

const SHAPES: Readonly<Record<Box["shape"], readonly [string, string]>> = {
  box: ["[", "]"],
  round: ["([", "])"],
  database: ["[(", ")]"],
};

/** A picture in the language of Mermaid, which GitHub and GitLab draw. */
export function renderMermaid(picture: Picture): string {
  const idOf = plainIds();
  const renderBox = ({ id, lines, shape, isIdle }: Box): string => {
    const [open, close] = SHAPES[shape];
    return `${idOf(id)}${open}${quoted(lines)}${close}${isIdle ? ":::idle" : ""}`;
  };
  const renderFrame = ({ id, title, parts }: Frame): string[] => [
    `subgraph ${idOf(id)}[${quoted([title])}]`,
    ...parts.flatMap(renderPart).map((line) => `  ${line}`),
    "end",
  ];
  const renderPart = (part: Part): string[] => (isFrame(part) ? renderFrame(part) : [renderBox(part)]);
  const arrows = picture.arrows.map(({ from, to, label, isIdle }) => {
    const text = label === "" ? "" : `|${quoted([label])}|`;
    return `${idOf(from)} ${isIdle ? "-.->" : "-->"}${text} ${idOf(to)}`;
  });
  const lines = [...picture.parts.flatMap(renderPart), ...arrows, "classDef idle stroke-dasharray: 4 4"];
  return [`flowchart ${picture.direction === "down" ? "TB" : "LR"}`, ...lines.map((line) => `  ${line}`), ""].join(
    "\n",
  );
}

/** Gives each id a word that Mermaid takes for one, and no two the same. */
function plainIds(): (id: string) => string {
  const words = new Map<string, string>();
  return (id) => {
    const plain = id.replace(/[^A-Za-z0-9]+/g, "_");
    const isTaken = [...words.values()].includes(plain);
    const word = words.get(id) ?? (isTaken ? `${plain}_${words.size}` : plain);
    words.set(id, word);
    return word;
  };
}

/** Whatever could be a quote, an entity, HTML, Markdown, a formula or a directive is written as its number. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    oneLine(line).replace(/[^\p{L}\p{M}\p{N} .,:/()·…-]/gu, (sign) => `#${sign.codePointAt(0)};`),
  );
  return `"${escaped.join("<br/>")}"`;
}
