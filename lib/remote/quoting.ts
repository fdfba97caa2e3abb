import { Fn } from "cdktf";
import { mapText, mapTokens, TextChange } from "./terraform-text";

const QUOTE = Fn.rawString('"');

/** How a value gets between double quotes: one that synth knows by TypeScript, and one that only Terraform knows by Terraform's functions. */
export class Quoting {
  /**
   * For systemd's `EnvironmentFile=`: inside double quotes it takes everything literally but backslashes before `"`, `\`, `$` and
   * back ticks (systemd.exec(5)); line breaks may stand there too.
   */
  public static readonly ENVIRONMENT = new Quoting(
    {
      literal: (text) => text.replace(/["$\\`]/g, "\\$&"),
      expression: (token) => Fn.replace(token, "/[\\\\x22\\\\x24\\\\x5c\\\\x60]/", "\\\\$0"),
    },
    /^\$\{replace\((.+), "\/\[\\\\x22\\\\x24\\\\x5c\\\\x60\]\/", "\\\\\$0"\)\}$/,
  );

  /** For JSON, and for YAML whose texts are JSON's. Terraform writes some characters as numbers which JSON does not have to. */
  public static readonly JSON = new Quoting(
    {
      literal: (text) =>
        JSON.stringify(text)
          .slice(1, -1)
          .replace(/[<>&\u2028\u2029]/g, asNumber),
      expression: (token) => Fn.trimsuffix(Fn.trimprefix(Fn.jsonencode(token), QUOTE), QUOTE),
    },
    /^\$\{trimsuffix\(trimprefix\(jsonencode\((.+)\), "\\""\), "\\""\)\}$/,
  );

  private constructor(
    private readonly change: TextChange,
    /** The call that the change gives, with what it is called with as a group. */
    private readonly call: RegExp,
  ) {}

  /** Quotes a whole text. */
  public text(text: string): string {
    return mapText(text, this.change);
  }

  /** Quotes what tokens of a text stand for, where the rest of it is quoted already. */
  public tokens(text: string): string {
    return mapTokens(text, this.change);
  }

  /**
   * The value of an expression in a rendered text, quoted if the expression does so.
   *
   * @param evaluate gives the value of an expression that quotes nothing, or throws
   */
  public static evaluate(expression: string, evaluate: (expression: string) => string): string {
    for (const { change, call } of [Quoting.ENVIRONMENT, Quoting.JSON]) {
      const [, quoted] = call.exec(expression) ?? [];
      if (quoted !== undefined) {
        return change.literal(evaluate(`\${${quoted}}`));
      }
    }
    return evaluate(expression);
  }
}

function asNumber(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
