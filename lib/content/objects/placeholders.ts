/** Gives the value of a variable, or says why there is none. */
export type VariableFinder = (name: string) => string;

/** How a part of a text refers to an environment variable. */
const PLACEHOLDER = /\{Zato_Enmasse_Env\.(\w+)\}/g;

/** Puts values in for `{Zato_Enmasse_Env.NAME}`, wherever it stands in a text. */
export function filledIn(text: string, find: VariableFinder): string {
  return text.replace(PLACEHOLDER, (_, name: string) => find(name));
}
