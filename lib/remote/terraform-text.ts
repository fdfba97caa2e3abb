/** A value of cdktf that is only known later stands in a string as this marker. */
const TOKEN_MARKER = /\$\{TfToken\[[A-Za-z0-9_.]+\]\}/g;

/**
 * Makes literal text safe for a Terraform configuration, where `${` and `%{` begin an expression. Tokens of cdktf
 * stay what they are. (`Fn.rawString` is no alternative: it escapes line breaks and quotes too, but not `%{`.)
 */
export function terraformText(text: string): string {
  return escapeLiterals(text, (literal) => literal.replace(/([$%])\{/g, "$1$1{"));
}

/** Escapes what of a text is known at synth, and leaves tokens of cdktf what they are. */
export function escapeLiterals(text: string, escapeLiteral: (literal: string) => string): string {
  let escaped = "";
  let end = 0;
  for (const marker of text.matchAll(TOKEN_MARKER)) {
    escaped += escapeLiteral(text.slice(end, marker.index)) + marker[0];
    end = marker.index + marker[0].length;
  }
  return escaped + escapeLiteral(text.slice(end));
}
