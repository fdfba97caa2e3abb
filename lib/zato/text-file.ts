import { readFileSync } from "node:fs";
import { IConstruct } from "constructs";
import { ConstructError, requireLocalFile } from "../validation";

/**
 * The text of a file on the machine that runs `cdktf`.
 *
 * @throws ConstructError when the path is relative, or no file is there
 */
export function readTextFile(scope: IConstruct, what: string, file: string): string {
  return readFileSync(requireLocalFile(scope, what, file), "utf8");
}

/**
 * Reads a script that hosts run.
 *
 * @throws ConstructError as {@link readTextFile} does, and when no host could run it: it does not begin with `#!`, or has the line ends of
 * Windows
 */
export function readScript(scope: IConstruct, what: string, file: string): string {
  const text = readTextFile(scope, what, file);
  if (text.includes("\r")) {
    throw new ConstructError(
      scope,
      `${what} '${file}' has the line ends of Windows, and no host could run it`,
      "save it with LF, and keep git from changing that: '*.sh text eol=lf' in .gitattributes",
    );
  }
  if (!/^#! *\/\S/.test(text)) {
    throw new ConstructError(
      scope,
      `${what} '${file}' does not begin with '#!' and a path, and no host would know by what to run it`,
      "let its first line be '#!/bin/bash', or the like",
    );
  }
  return text;
}
