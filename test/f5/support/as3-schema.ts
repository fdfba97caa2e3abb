import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Ajv, { ValidateFunction } from "ajv";
import type { DataValidationCxt } from "ajv/dist/types";

/*
 * The schema that F5's AS3 itself validates with. What AS3 checks after that, it notes in the schema by the keyword
 * f5PostProcess; of these, pointers from one object to another are followed here too.
 */
const SCHEMA = join(__dirname, "..", "..", "data", "as3-schema-3.56.0.json.gz");

type Json = Readonly<Record<string, unknown>>;

interface PostProcess {
  readonly tag: string;
  readonly data?: { readonly properties?: { readonly class?: { readonly const?: string; readonly enum?: string[] } } };
}

const FORMATS: Record<string, RegExp | ((text: string) => boolean)> = {
  f5ip: (address) => address === "" || isIP(address.replace(/[%/].*$/, "")) !== 0,
  f5bigip: /^\/[^\s"#'*<>?[\]\\{}|]+$/,
  f5pointer: /^[@0-9A-Za-z_/.-]*#?$/,
  hostname: /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
  uri: /^[a-z][a-z0-9+.-]*:/i,
  "date-time": /^\d{4}-\d\d-\d\dT/,
  email: /@/,
};

let compiled: ValidateFunction | undefined;

/** What is wrong with a declaration, as the device sees it: nothing when it is right. */
export function as3Errors(declaration: object): string[] {
  compiled ??= compile();
  return compiled(declaration)
    ? []
    : (compiled.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function compile(): ValidateFunction {
  // No useDefaults: defaults of one branch of the schema would leak into the others.
  const ajv = new Ajv({ strict: false, formats: FORMATS });
  ajv.addKeyword({ keyword: "f5PostProcess", validate: postProcess });
  return ajv.compile(JSON.parse(gunzipSync(readFileSync(SCHEMA)).toString("utf8")) as object);
}

function postProcess(
  rule: PostProcess | PostProcess[],
  value: unknown,
  _: unknown,
  context?: DataValidationCxt,
): boolean {
  return [rule].flat().every(({ tag, data }) => {
    const wanted = data?.properties?.class;
    if (tag !== "pointer" || typeof value !== "string" || !wanted || value.startsWith("/Common/Shared/")) {
      return true;
    }
    const target = follow(value, context!);
    return target !== undefined && [wanted.const, ...(wanted.enum ?? [])].includes(String(target.class));
  });
}

/** What a pointer leads to: an object of the same application, or of any by its full path. */
function follow(pointer: string, { rootData, instancePath }: DataValidationCxt): Json | undefined {
  const path = pointer.startsWith("/")
    ? [...pathOfAdc(instancePath), ...pointer.slice(1).split("/")]
    : [...pathOfApplication(instancePath), ...pointer.split("/")];
  return path.reduce<Json | undefined>((value, key) => value?.[key] as Json | undefined, rootData as Json);
}

function pathOfAdc(instancePath: string): string[] {
  return instancePath.startsWith("/declaration/") ? ["declaration"] : [];
}

function pathOfApplication(instancePath: string): string[] {
  return instancePath.split("/").slice(1, pathOfAdc(instancePath).length + 3);
}
