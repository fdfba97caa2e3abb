import { createHash } from "node:crypto";
import { Quoting, Secret } from "../remote";
import { ContentDialect } from "../zato/release/content-dialect";
import { ContentObject, EnmasseValue } from "./objects";
import { stagesOf } from "./import-stages";
import { writeYaml } from "./yaml-writer";

/** What enmasse imports, and what stands behind its variables. */
export interface Enmasse {
  /** The YAML text of everything. */
  readonly text: string;

  /** The texts of what may have to be there before it, in the order of imports. */
  readonly stages: readonly string[];

  /** Secrets by the name under which the hosts keep them. */
  readonly secrets: Readonly<Record<string, Secret>>;

  /** The environment variable of each secret. */
  readonly variables: Readonly<Record<string, string>>;

  /** The names of secrets that an import does not change once they are there, each with the key of the object whose password it is. */
  readonly passwords: readonly (readonly [secret: string, key: string])[];
}

/** Renders objects as enmasse files. A secret is written as the name of an environment variable. */
export function renderEnmasse(objects: readonly ContentObject[], dialect: ContentDialect): Enmasse {
  const secrets: Record<string, Secret> = {};
  const variables: Record<string, string> = {};
  for (const secret of objects.flatMap((object) => Object.values(object.secrets))) {
    const name = secretName(secret);
    secrets[name] = secret;
    variables[name] = `Cdktf_Zato_${name}`;
  }
  const stages = dialect.importsInStages ? stagesOf(objects) : [];
  const apart = objects.filter(({ kind, secrets }) => dialect.passwordsApart.includes(kind) && secrets.password);
  return {
    text: textOf(objects, dialect),
    stages: stages.map((stage) => textOf(stage, dialect)),
    secrets,
    variables,
    passwords: apart.map((object) => [secretName(object.secrets.password!), object.key] as const),
  };
}

function textOf(objects: readonly ContentObject[], dialect: ContentDialect): string {
  const sections: Record<string, Record<string, EnmasseValue>[]> = {};
  for (const object of objects) {
    const { name, secrets } = object;
    const { section, fields } = dialect.formOf(object);
    const hidden = Object.entries(secrets).map(
      ([field, secret]) => [field, `Zato_Enmasse_Env.Cdktf_Zato_${secretName(secret)}`] as const,
    );
    (sections[section] ??= []).push({ name, ...fields, ...Object.fromEntries(hidden) });
  }
  return Quoting.JSON.tokens(writeYaml(sections));
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
