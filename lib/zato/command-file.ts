/**
 * Renders a file for `zato from-config`: one `key=value` a line, split at the first `=`. Secrets are not among them:
 * the host adds those.
 *
 * Source: `zato from-config` of 3.2 and 3.3 ends with exit code 16 on a blank line.
 */
export function renderCommandFile(command: string, fields: Readonly<Record<string, string | number>>): string {
  return [`command=${command}`, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`)].join("\n");
}

/** Renders which of the command's fields are secrets: `odb_password odb_password`, a line each. */
export function renderSecretFields(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([field, secret]) => `${field} ${secret}`)
    .join("\n");
}
