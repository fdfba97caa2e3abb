import { createHash } from "node:crypto";
import { Secret } from "../remote";
import { ContentObject } from "./objects";
import { yaml } from "./yaml";

/** An enmasse file, and what stands behind its variables. */
export interface EnmasseFile {
  /** The YAML text. */
  readonly text: string;

  /** Secrets by the name under which the hosts keep them. */
  readonly secrets: Readonly<Record<string, Secret>>;

  /** The environment variable of each secret. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Renders objects as an enmasse file. A secret is written as the name of an environment variable. */
export function renderEnmasse(objects: readonly ContentObject[]): EnmasseFile {
  const sections: Record<string, unknown[]> = {};
  const secrets: Record<string, Secret> = {};
  const variables: Record<string, string> = {};
  for (const object of objects) {
    const hidden: Record<string, string> = {};
    for (const [field, secret] of Object.entries(object.secrets)) {
      const name = secretName(secret);
      secrets[name] = secret;
      variables[name] = `Cdktf_Zato_${name}`;
      hidden[field] = `Zato_Enmasse_Env.${variables[name]}`;
    }
    (sections[object.section] ??= []).push({ name: object.name, ...object.fields, ...hidden });
  }
  return { text: objects.length === 0 ? "" : yaml().stringify(sections), secrets, variables };
}

/**
 * Good for a file, an environment variable and a trigger alike, whatever the Terraform variable is called. A secret that
 * several objects use goes to a host once: each upload takes Terraform a connection.
 */
function secretName({ _variable, version }: Secret): string {
  const id = _variable!.friendlyUniqueId;
  const readable = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]/, "s")
    .slice(0, 50);
  const unique = createHash("sha256")
    .update(JSON.stringify([id, version]))
    .digest("hex");
  return `${readable}_${unique.slice(0, 8)}`;
}
