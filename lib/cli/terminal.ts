/** Without what terminals obey: much of it comes from Zato or a plan, where anybody may have written it. */
export function withoutControls(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, "");
}

/** Whether what is printed is looked at by somebody who wants colours (https://no-color.org). */
export function wantsColours(): boolean {
  return process.stdout.isTTY && !process.env.NO_COLOR;
}
