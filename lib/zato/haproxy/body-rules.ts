/** Which bodies of requests servers take. */
export interface BodyLimits {
  /** Whether they may come in chunks, without a length. */
  readonly takesChunks: boolean;
  /** The most bytes; any number where there is no limit. */
  readonly largestBody?: number;
}

/**
 * The rules of a front end that answer what servers would close the connection for: a client could not tell the reason. The outermost HAProxy
 * has them, too: one in front of another that answers early may give its client no answer at all.
 */
export function renderBodyRules({ takesChunks, largestBody }: BodyLimits): string {
  const refuse = (status: number, why: string, condition: string): string =>
    `    http-request return status ${status} content-type text/plain string "${why}\\n" if ${condition}\n`;
  return [
    ...(takesChunks
      ? []
      : [
          refuse(
            411,
            "Zato takes no body in chunks; send it with its Content-Length",
            "{ req.hdr(Transfer-Encoding) -m found }",
          ),
        ]),
    ...(largestBody === undefined
      ? []
      : [refuse(413, `Zato takes no body of more than ${largestBody} bytes`, `{ req.body_size gt ${largestBody} }`)]),
  ].join("");
}
