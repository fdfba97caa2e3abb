import { IConstruct } from "constructs";
import { Secret } from "../../remote";
import { KIND, requireAll, requireLine, requireWhole } from "../../validation";
import { ContentObject } from "./content-object";

/** What proves who a client is: something that channels and outgoing connections can be secured by. */
export abstract class SecurityDefinition extends ContentObject {
  /** @hidden */
  protected get [KIND](): "SecurityDefinition" {
    return "SecurityDefinition";
  }
}

/** What a {@link BasicAuth} is declared with. */
export interface BasicAuthProps {
  /** The user name. */
  readonly username: string;

  /** The password. */
  readonly password: Secret;

  /**
   * The realm that clients are shown.
   *
   * @default "API"
   */
  readonly realm?: string;
}

/** HTTP basic authentication. */
export class BasicAuth extends SecurityDefinition {
  constructor(scope: IConstruct, name: string, props: BasicAuthProps) {
    const fields = {
      ...requireAll({
        username: () => requireLine(scope, `the user of '${name}'`, props.username),
        realm: () => requireLine(scope, `the realm of '${name}'`, props.realm ?? "API"),
      }),
      is_active: true,
    };
    super(scope, {
      section: "security",
      name,
      fields: { type: "basic_auth", ...fields },
      secrets: { password: props.password },
      kind: "basic_auth",
      expected: fields,
    });
  }
}

/** What an {@link ApiKey} is declared with. */
export interface ApiKeyProps {
  /** The key. */
  readonly key: Secret;
}

/** An API key in the header `X-API-Key`. */
export class ApiKey extends SecurityDefinition {
  constructor(scope: IConstruct, name: string, props: ApiKeyProps) {
    super(scope, {
      section: "security",
      name,
      fields: { type: "apikey", username: "X-API-Key", is_active: true },
      secrets: { password: props.key },
      kind: "apikey",
      expected: { is_active: true },
    });
  }
}

/** What a {@link Jwt} is declared with. */
export interface JwtProps {
  /** The user name with which a token is asked for. */
  readonly username: string;

  /** The password with which a token is asked for. */
  readonly password: Secret;

  /**
   * How long a token is valid, in seconds.
   *
   * @default 21600
   */
  readonly ttl?: number;
}

/** JSON web tokens. Let all clusters share `jwtSecret`, so that a token survives a failover. */
export class Jwt extends SecurityDefinition {
  constructor(scope: IConstruct, name: string, props: JwtProps) {
    const fields = {
      ...requireAll({
        username: () => requireLine(scope, `the user of '${name}'`, props.username),
        ttl: () => requireWhole(scope, `the life time of tokens of '${name}'`, props.ttl ?? 21600, 1),
      }),
      is_active: true,
    };
    super(scope, {
      section: "security",
      name,
      fields: { type: "jwt", ...fields },
      secrets: { password: props.password },
      kind: "jwt",
      expected: fields,
    });
  }
}
