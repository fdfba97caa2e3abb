import { Annotations, Token } from "cdktf";
import { IConstruct } from "constructs";

const NAME = /(^|_)(pass(word|wd|phrase)?|secret|token|credentials?|(api|access|private|secret)_?key)(_|$)/i;

/** What such a word tells where it is the secret, or only about it: `TOKEN_URL`, `PASSWORD_FILE`. */
const ABOUT = /_(file|path|dir|url|uri|name|id|type|length|ttl|timeout|expiry|header)$/i;

/** `postgresql://user:password@host/database` */
const URL_WITH_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@/;

/** A switch or a number is no secret, whatever it is about. */
const SWITCH = /^(|true|false|yes|no|on|off|none|\d{1,5})$/i;

/** Warns of environment variables that look like passwords: Terraform's state has them, and whoever may read that. */
export function warnOfSecrets(scope: IConstruct, variables: Readonly<Record<string, string>>): void {
  const names = Object.entries(variables)
    .filter(([name, value]) => isSecret(name, value))
    .map(([name]) => `'${name}'`);
  if (names.length > 0) {
    const what =
      names.length === 1
        ? `the environment variable ${names[0]} of the servers looks like a password, which`
        : `the environment variables ${names.join(", ")} of the servers look like passwords, which`;
    const problem = `${what} would stand in Terraform's state in clear text`;
    const wayOut =
      "declare what needs it as content, with a Secret, or put it into /etc/zato/zato.env on the hosts, which is yours";
    Annotations.of(scope).addWarning(`${scope.node.path}: ${problem}; ${wayOut}`);
  }
}

function isSecret(name: string, value: string): boolean {
  return (
    (NAME.test(name) && !ABOUT.test(name) && !SWITCH.test(value)) ||
    (!Token.isUnresolved(value) && URL_WITH_PASSWORD.test(value))
  );
}
