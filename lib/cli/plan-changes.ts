import { terraformProgram } from "./terraform-program";

/** What Terraform would do with a resource. */
type PlannedAction = "create" | "replace" | "update" | "delete" | "forget";

/** What is another one than at the last deploy: a trigger of a resource. */
export interface SettingChange {
  /** The trigger's name. */
  readonly name: string;
  /** Without a value where it was not there, or is not to be told. */
  readonly before?: string;
  /** The same of what it becomes. */
  readonly after?: string;
  /** Names of secrets, of which nothing but that they have another version is told; empty for any other setting. */
  readonly secrets: readonly string[];
  /** Whether Terraform knows the value only when it has done other things. */
  readonly isUnknown: boolean;
}

/** Values of triggers, without those that are not to be told. */
type Triggers = Readonly<Record<string, string>>;

/** A resource that is in a plan. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  /** Terraform's name of it. */
  readonly name: string;
  readonly action: PlannedAction;
  /** Why, in Terraform's word; empty where that is what has changed. */
  readonly reason: string;
  readonly before: Triggers;
  readonly after: Triggers;
  readonly settings: readonly SettingChange[];
  /** Whether the program gives it provisioners: what a lifetime removes by. */
  readonly hasProvisioners: boolean;
}

/** A value of a resource as `terraform show -json` has it, beside marks of the same shape. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Resource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly action_reason?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before?: Json;
    readonly after?: Json;
    readonly after_unknown?: Json;
    readonly before_sensitive?: Json;
    readonly after_sensitive?: Json;
  };
}

interface PlanJson {
  readonly errored?: boolean;
  readonly resource_changes?: readonly Resource[];
  readonly configuration?: {
    readonly root_module?: { readonly resources?: readonly { address: string; provisioners?: readonly unknown[] }[] };
  };
}

/** Triggers whose values are versions of secrets, one or a line for each. */
const SECRETS = /^secret_|_secrets$|^secrets_versions$|^redis_password$/;

/**
 * What changes by a plan, from what `terraform show -json PLANFILE` prints. Nothing that Terraform marks as sensitive is in what is
 * given back, and no version of a secret.
 *
 * @throws Error for what is no plan, or a plan that Terraform could not finish
 */
export function readPlan(json: string): PlannedChange[] {
  const { errored, resource_changes: resources, configuration } = JSON.parse(json) as PlanJson;
  if (errored) {
    throw new Error("the plan is incomplete, since Terraform has met an error when it made it; make it anew");
  }
  if (!resources && !configuration) {
    throw new Error(`what Terraform shows is no plan; give a file that '${terraformProgram()} plan -out' has written`);
  }
  const inProgram = configuration?.root_module?.resources;
  const provisioned = new Set(inProgram?.flatMap((one) => (one.provisioners?.length ? [one.address] : [])));
  return (resources ?? []).flatMap((resource) => {
    const action = actionOf(resource.change.actions);
    const hasProvisioners = inProgram === undefined || provisioned.has(resource.address);
    return action ? [{ ...changeOf(resource), action, hasProvisioners }] : [];
  });
}

/** Nothing for what is only read, or stays. */
function actionOf(actions: readonly string[]): PlannedAction | undefined {
  const known = ["create", "update", "delete", "forget"] as const;
  return actions.length > 1 ? "replace" : known.find((action) => action === actions[0]);
}

function changeOf(resource: Resource): Omit<PlannedChange, "action" | "hasProvisioners"> {
  const { address, type, name, action_reason: reason = "" } = resource;
  const { before, after, after_unknown, before_sensitive, after_sensitive } = resource.change;
  const [was, is, unknown] = [before, after, after_unknown].map(triggersIn);
  const hidden = [before_sensitive, after_sensitive].map(triggersIn);
  const isHidden = (key: string): boolean => SECRETS.test(key) || hidden.some((marks) => isMarked(marks, key));
  const texts = (triggers: Json | undefined): Record<string, string> =>
    Object.fromEntries(
      Object.entries(isObject(triggers) ? triggers : {}).flatMap(([key, value]) =>
        value === null ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)]],
      ),
    );
  const told = (triggers: Record<string, string>): Triggers =>
    Object.fromEntries(Object.entries(triggers).filter(([key]) => !isHidden(key)));
  const [former, next] = [texts(was), texts(is)];
  const keys = new Set([
    ...Object.keys(former),
    ...Object.keys(next),
    ...Object.keys(isObject(unknown) ? unknown : {}),
  ]);
  const settings = [...keys].flatMap((key): SettingChange[] => {
    const isUnknown = isMarked(unknown, key);
    if (former[key] === next[key] && !isUnknown) {
      return [];
    }
    return isHidden(key)
      ? [{ name: key, secrets: secretsOf(key, former[key], next[key]), isUnknown }]
      : [{ name: key, before: former[key], after: next[key], secrets: [], isUnknown }];
  });
  return {
    address,
    type,
    name,
    reason: reason.startsWith("replace_because_cannot") ? "" : reason,
    before: told(former),
    after: told(next),
    settings,
  };
}

/** The triggers of a carrier, or what says something of them. */
function triggersIn(resource: Json | undefined): Json | undefined {
  return isObject(resource) ? (resource.triggers ?? resource.triggers_replace) : resource;
}

/** Whether a mark, of a value or all of its parts, says so of one of them. */
function isMarked(marks: Json | undefined, key: string): boolean {
  return marks === true || (isObject(marks) && marks[key] !== undefined && marks[key] !== false);
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A line each: "FIELD NAME VERSION", or "NAME VERSION". */
const LISTS: Readonly<Record<string, number>> = {
  command_secrets: 1,
  environment_secrets: 1,
  password_secrets: 1,
  secrets_versions: 0,
};

/** Names alone: those whose line is another one, where a trigger has a line for each. */
function secretsOf(key: string, before = "", after = ""): string[] {
  const [was, is] = [before.split("\n"), after.split("\n")];
  const differing = [...was.filter((line) => !is.includes(line)), ...is.filter((line) => !was.includes(line))];
  const position = LISTS[key];
  const names = position === undefined ? [] : differing.flatMap((line) => line.split(" ")[position] || []);
  // What a content's objects share has a hash behind its name.
  const short = names.map((name) => name.replace(/_[0-9a-f]{8}$/, ""));
  return short.length > 0 ? [...new Set(short)] : [key.replace(/^secret_/, "").replace(/_[0-9a-f]{8}$/, "")];
}
