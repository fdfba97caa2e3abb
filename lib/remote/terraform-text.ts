import { Lazy, Tokenization } from "cdktf";

/** A value of cdktf that is only known later stands in a string as this marker; a number as one that nobody else has. */
const TOKEN_MARKER = /\$\{TfToken\[[A-Za-z0-9_.]+\]\}|-\d\.\d+e\+\d{3}/g;

/**
 * What Terraform reads wrongly in some long texts, however it is escaped: it keeps one sign too many (seen with 1.11.4).
 */
const MISREAD = /[$%]{2,}\{|\r[$%]\{/;

/**
 * What must not stand before a token: a sign would make the token's own one a doubled one; behind a brace that nothing closes cdktf takes the
 * token for a part of an expression, doubled sign or not; and behind a CR without an LF Terraform takes it for text (seen with 1.11.4).
 */
const MISREAD_BEFORE_TOKEN = /\$(\{[^}]*)?$|\r(?!\n)/;

/**
 * Makes literal text safe for a Terraform configuration, where `${` and `%{` begin an expression. Tokens of cdktf
 * stay what they are. (`Fn.rawString` is no alternative: it escapes line breaks and quotes too, but not `%{`.)
 */
export function terraformText(text: string): string {
  return changeParts(text, escaped, unchanged);
}

function escaped(literal: string, isBeforeToken: boolean): string {
  return MISREAD.test(literal) || (isBeforeToken && MISREAD_BEFORE_TOKEN.test(literal))
    ? `\${base64decode("${Buffer.from(literal).toString("base64")}")}`
    : literal.replace(/([$%])\{/g, "$1$1{");
}

/** The same for each text in a value as JSON has it. */
export function terraformTexts(value: unknown): unknown {
  return mapTexts(value, terraformText);
}

/** The inverse of {@link terraformTexts}, for people: an expression stays as it is written. */
export function literalTexts(value: unknown): unknown {
  return mapTexts(value, (text) => literalOf(text, (expression) => expression));
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map((one) => mapTexts(one, change));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]))
    : value;
}

/** What of a rendered text means something to Terraform: a doubled sign, a text that is encoded, or an expression. */
const TEMPLATE = /([$%])\1\{|\$\{base64decode\("([A-Za-z0-9+/=]*)"\)\}|[$%]\{[^}]*\}?/g;

/**
 * The inverse of {@link terraformText}: what Terraform makes of a rendered text.
 *
 * @param evaluate gives the value of any other expression, or throws
 */
export function literalOf(template: string, evaluate: (expression: string) => string): string {
  return template.replace(TEMPLATE, (found: string, sign?: string, encoded?: string) => {
    if (sign !== undefined) {
      return `${sign}{`;
    }
    return encoded === undefined ? evaluate(found) : Buffer.from(encoded, "base64").toString("utf8");
  });
}

/** What is done to a text, whoever knows it. */
export interface TextChange {
  /** Does it to what synth knows. */
  readonly literal: (text: string) => string;
  /** Gives a call of Terraform's functions that does the same to what a token stands for. */
  readonly expression: (token: string) => string;
}

/** Changes all parts of a text: what is known at synth, be it late, and what only Terraform knows. */
export function mapText(text: string, change: TextChange): string {
  return changeParts(text, change.literal, (token) => mapToken(token, change));
}

/** Changes what the tokens of a text stand for, and leaves the text around them what it is. */
export function mapTokens(text: string, change: TextChange): string {
  return changeParts(text, unchanged, (token) => mapToken(token, change));
}

function mapToken(token: string, change: TextChange): string {
  const [value] = Tokenization.reverseString(token).tokens;
  // Nothing is to be done to a number.
  if (!value) {
    return token;
  }
  // A lazy value, by the method that its classes have: there may be several copies of cdktf.
  return "resolveLazy" in value
    ? Lazy.stringValue({ produce: (context) => mapText(String(value.resolve(context)), change) })
    : change.expression(token);
}

function unchanged(text: string): string {
  return text;
}

function changeParts(
  text: string,
  changeLiteral: (literal: string, beforeToken: boolean) => string,
  changeToken: (token: string) => string,
): string {
  let changed = "";
  let end = 0;
  for (const marker of text.matchAll(TOKEN_MARKER)) {
    changed += changeLiteral(text.slice(end, marker.index), true) + changeToken(marker[0]);
    end = marker.index + marker[0].length;
  }
  return changed + changeLiteral(text.slice(end), false);
}
