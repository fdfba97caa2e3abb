/** A manifest, read back. */
export interface Manifest {
  readonly parameters: Record<string, string>;
  readonly files: Record<string, string>;
}

/** Reads a manifest up to its end: a second implementation of the format, beside that of the host. */
export function parseManifest(text: string): Manifest {
  const manifest: Manifest = { parameters: {}, files: {} };
  let lines: string[] = [];
  let finish = (): void => undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("|")) {
      lines.push(line.slice(1));
      continue;
    }
    finish();
    if (line === "@end") {
      break;
    }
    const [type, name] = line.split(" ");
    const [target, own] = [type === "@file" ? manifest.files : manifest.parameters, (lines = [])];
    finish = name === undefined ? () => undefined : () => void (target[name] = own.join("\n"));
  }
  return manifest;
}
