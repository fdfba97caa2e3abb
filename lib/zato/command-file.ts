import { Secret } from "../remote";
import { Command } from "./release/release-commands";

/**
 * Renders a file for `zato from-config`: one `key=value` a line, split at the first `=`. Secrets are not among them:
 * the host adds those.
 *
 * Source: `zato from-config` of 3.2 and 3.3 ends with exit code 16 on a blank line.
 */
export function renderCommandFile({ name, fields }: Command): string {
  return [`command=${name}`, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`)].join("\n");
}

/**
 * Renders which of the command's fields are secrets, a line each: `odb_password odb_password`, the field and the name under
 * which the host keeps the secret. Behind them stands the version, if it has one, with which the component changes.
 */
export function renderSecretFields(
  fields: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, Secret>>,
): string {
  return Object.entries(fields)
    .map(([field, name]) => [field, name, secrets[name]!._renderVersion].filter((word) => word !== "").join(" "))
    .join("\n");
}
