const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Renders a file for systemd's `EnvironmentFile=`. Inside double quotes systemd (systemd.exec(5)) takes everything
 * literally but backslashes before `"`, `\`, `$` and back ticks; line breaks may stand there too.
 *
 * @throws Error when a name is no name of an environment variable, or a value holds a NUL
 */
export function renderEnvironmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!VARIABLE_NAME.test(name)) {
        throw new Error(`'${name}' cannot name an environment variable; use letters, digits and '_'`);
      }
      if (value.includes("\0")) {
        throw new Error(`the environment variable '${name}' holds a NUL character; no environment can`);
      }
      return `${name}="${value.replace(/[\\"$`]/g, "\\$&")}"\n`;
    })
    .join("");
}
