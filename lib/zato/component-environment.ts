import { Secret } from "../remote";
import { renderSecretFields } from "./command-file";
import { renderEnvironmentFile } from "./environment-file";
import { Environment } from "./release/release-behavior";

/** What a component's script is told of its environment file; nothing where it has none. */
export function environmentState(
  environment: Environment | undefined,
  file: string,
  secrets: Readonly<Record<string, Secret>>,
): { readonly parameters: Record<string, string>; readonly files: Record<string, string> } {
  if (environment === undefined) {
    return { parameters: {}, files: {} };
  }
  const { variables } = environment;
  // A Redis that somebody else runs may ask for no password.
  const known = Object.fromEntries(Object.entries(environment.secrets).filter(([, name]) => secrets[name]));
  return {
    parameters: { environment_file: file, environment_secrets: renderSecretFields(known, secrets) },
    files: { environment: renderEnvironmentFile(variables) },
  };
}
