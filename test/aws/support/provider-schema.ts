import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What of `terraform providers schema -json` is looked at. */
interface Attribute {
  readonly type?: unknown;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
}

interface Block {
  readonly attributes?: Record<string, Attribute>;
  readonly block_types?: Record<string, BlockType>;
}

interface BlockType {
  readonly block: Block;
  readonly min_items?: number;
  readonly max_items?: number;
}

/** What Terraform itself knows in every resource. */
const META_ARGUMENTS = ["//", "depends_on", "lifecycle", "provider", "provisioner", "connection", "count", "for_each"];

const SCHEMA = JSON.parse(readFileSync(join(__dirname, "aws-provider-schema.json"), "utf8")) as {
  readonly resource_schemas: Record<string, { readonly block: Block }>;
};

/** What the AWS provider would say of the resources of a stack: its `cdk.tf.json`, parsed. Empty when all is well. */
export function complaintsOfProvider(stack: { readonly resource?: object }): string[] {
  const types = Object.entries(stack.resource ?? {}).filter(([type]) => type.startsWith("aws_"));
  return types.flatMap(([type, resources]) => {
    const schema = SCHEMA.resource_schemas[type];
    return schema
      ? Object.entries(resources as object).flatMap(([name, content]) =>
          complaints(`${type}.${name}`, schema.block, content as Record<string, unknown>),
        )
      : [`${type} is not in the schema`];
  });
}

function complaints(where: string, schema: Block, content: Record<string, unknown>): string[] {
  const { attributes = {}, block_types: blocks = {} } = schema;
  const given = Object.entries(content).filter(([name]) => !META_ARGUMENTS.includes(name));
  const unknown = given.filter(([name]) => !(name in attributes) && !(name in blocks));
  const missing = Object.keys(attributes).filter((name) => attributes[name]!.required && !(name in content));
  return [
    ...unknown.map(([name]) => `${where}: unknown argument ${name}`),
    ...missing.map((name) => `${where}: missing argument ${name}`),
    ...given.flatMap(([name, value]) => (name in attributes ? wrongValue(where, name, attributes[name]!, value) : [])),
    ...Object.entries(blocks).flatMap(([name, type]) => wrongBlocks(`${where}.${name}`, type, content[name])),
  ];
}

function wrongValue(where: string, name: string, { type, required, optional }: Attribute, value: unknown): string[] {
  if (!required && !optional) {
    return [`${where}: ${name} is computed, and cannot be set`];
  }
  return fits(type, value) ? [] : [`${where}: ${name} is ${JSON.stringify(value)}, and should be ${String(type)}`];
}

/** As Terraform converts: a reference may be anything, a number may stand for a string, and the other way round. */
function fits(type: unknown, value: unknown): boolean {
  if (value === null || (typeof value === "string" && value.startsWith("${"))) {
    return true;
  }
  if (Array.isArray(type)) {
    const [collection, element] = type as [string, unknown];
    return collection === "map" || collection === "object"
      ? typeof value === "object" && !Array.isArray(value)
      : Array.isArray(value) && value.every((one) => fits(element, one));
  }
  return type === "bool"
    ? typeof value === "boolean"
    : type === "number"
      ? !isNaN(Number(value))
      : Object(value) !== value;
}

function wrongBlocks(where: string, type: BlockType, value: unknown): string[] {
  const all = (value === undefined ? [] : Array.isArray(value) ? value : [value]) as Record<string, unknown>[];
  const { min_items: least = 0, max_items: most = 0, block } = type;
  return [
    ...(all.length < least || (most > 0 && all.length > most) ? [`${where}: ${all.length} blocks`] : []),
    ...all.flatMap((one) => complaints(where, block, one)),
  ];
}
