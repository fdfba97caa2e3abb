/** Fonts whose characters are all as wide. */
export const MONOSPACE = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace";

/** A text that stands in XML. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** A place or a length in pixels, as exact as can be seen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A whole picture, with rounded corners. */
export function picture(width: number, height: number, title: string, style: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${style}</style>
<rect width="${width}" height="${height}" rx="6" class="back"/>
${content}
</svg>
`;
}
