/** What an unquoted text in a YAML file is. */
export type PlainScalar =
  | { readonly value: string | number | boolean | null; readonly isMoment?: boolean }
  /** It is something that nothing here can hold: why, and what its author may mean. */
  | { readonly refused: string };

/*
 * The rules of PyYAML's FullLoader, by which Zato reads enmasse files: YAML 1.1, but for `y` and `n`, and with a sign in each
 * exponent. In this order, since some texts match two of them.
 */
const TRUE = /^(yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(~|null|Null|NULL|)$/;
const INFINITE = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const FLOAT = /^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?)$/;
const SEXAGESIMAL_FLOAT = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*$/;
const BINARY = /^[-+]?0b[01_]+$/;
const OCTAL = /^[-+]?0[0-7_]+$/;
const HEXADECIMAL = /^[-+]?0x[0-9a-fA-F_]+$/;
const DECIMAL = /^[-+]?(0|[1-9][0-9_]*)$/;
const SEXAGESIMAL = /^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?$/;

/** What Zato takes an unquoted text for. */
export function plainScalar(text: string): PlainScalar {
  if (TRUE.test(text) || FALSE.test(text)) {
    return { value: TRUE.test(text) };
  }
  if (NULL.test(text)) {
    return { value: null };
  }
  if (text === "=" || text === "<<") {
    return { refused: "is no value in YAML 1.1" };
  }
  if (text.includes("\t") && !MOMENT.test(text)) {
    return { refused: "holds a tab, which Zato's reader refuses" };
  }
  if (INFINITE.test(text)) {
    return { refused: "is a number that no field takes" };
  }
  return numberOf(text) ?? dateOf(text) ?? { value: text };
}

function numberOf(text: string): PlainScalar | undefined {
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
  const sign = text.startsWith("-") ? -1 : 1;
  if (FLOAT.test(text)) {
    return { value: sign * Number(digits) };
  }
  if (SEXAGESIMAL_FLOAT.test(text) || SEXAGESIMAL.test(text)) {
    return whole(sign * digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0), text);
  }
  if (BINARY.test(text) || HEXADECIMAL.test(text)) {
    return digits.length === 2 ? { refused: "is a number without digits" } : whole(sign * Number(digits), text);
  }
  if (OCTAL.test(text)) {
    return whole(sign * Number.parseInt(digits, 8), text);
  }
  return DECIMAL.test(text) ? whole(sign * Number(digits), text) : undefined;
}

function whole(value: number, text: string): PlainScalar {
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || text.includes(".");
  return isExact ? { value: value === 0 ? 0 : value } : { refused: "is a number of too many digits" };
}

/** As Python writes it, which is what Zato's services get. */
function dateOf(text: string): PlainScalar | undefined {
  if (DATE.test(text)) {
    return isDate(text) ? { value: text, isMoment: true } : { refused: "is no date of any calendar" };
  }
  const match = MOMENT.exec(text);
  if (!match) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const two = (part = ""): string => part.padStart(2, "0");
  const moment = `${year!}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  if (!isDate(moment.slice(0, 10)) || Number.isNaN(Date.parse(`${moment}Z`))) {
    return { refused: "is no moment of any calendar" };
  }
  const micros = (fraction ?? "").slice(0, 6).padEnd(6, "0");
  return { value: moment + (Number(micros) === 0 ? "" : `.${micros}`) + offsetOf(zone), isMoment: true };
}

function offsetOf(zone: string | undefined): string {
  if (zone === undefined) {
    return "";
  }
  const [hours = "00", minutes = "00"] = zone === "Z" ? [] : zone.slice(1).split(":");
  return `${zone.startsWith("-") ? "-" : "+"}${hours.padStart(2, "0")}:${minutes}`;
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
