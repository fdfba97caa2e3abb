import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError, isOpaque, requireAll, requireLine, requireOpaque, requireWhole } from "../../validation";
import { Affinity } from "../affinity";
import { ContentObject } from "./content-object";
import { NO_SECURITY } from "./references";
import { SecurityDefinition } from "./security";

/** What a {@link RestChannel} is declared with. */
export interface RestChannelProps {
  /** The URL path, from `/` on; `{name}` stands for a parameter. */
  readonly urlPath: string;

  /** The name of the service that answers, one of those that are declared, or one of Zato's own, `pub.zato.…`. */
  readonly service: string;

  /**
   * Who may call it.
   *
   * @default - everybody
   */
  readonly security?: SecurityDefinition;

  /**
   * The HTTP method that it answers to.
   *
   * @default - all
   */
  readonly method?: string;

  /**
   * The format of requests and answers, `json` or `xml`.
   *
   * @default "json"
   */
  readonly dataFormat?: string;

  /**
   * Whether a client has to come back to the same cluster each time, for example because the service keeps something in
   * memory. The external load balancer sees to it, for this channel alone.
   *
   * @default Affinity.NONE
   */
  readonly affinity?: Affinity;
}

/** A REST channel: a URL path that calls a service. */
export class RestChannel extends ContentObject {
  /** Whether a client has to come back to the same cluster each time. */
  public readonly affinity: Affinity;

  /** Its URL path up to the first parameter. */
  public readonly fixedPath: string;

  /** @throws ConstructError when the path does not begin with `/`, holds white space, or is one of Zato's own; or service or method is none */
  constructor(scope: IConstruct, name: string, props: RestChannelProps) {
    const { security, affinity } = requireAll({
      urlPath: () => requireChannelPath(scope, name, props.urlPath),
      service: () => requireLine(scope, `the service of the channel '${name}'`, props.service),
      method: () => props.method && requireMethod(scope, name, props.method),
      security: () => nameOf(scope, name, props.security),
      affinity: () => requireOpaque(scope, `the affinity of the channel '${name}'`, Affinity, props.affinity ?? Affinity.NONE), // prettier-ignore
    });
    const compared = { url_path: props.urlPath, is_active: true, ...(props.method ? { method: props.method } : {}) };
    super(scope, {
      section: "channel_rest",
      name,
      fields: {
        ...compared,
        service: props.service,
        security: security ?? NO_SECURITY,
        data_format: props.dataFormat ?? "json",
      },
      expected: { ...compared, data_format: props.dataFormat ?? "json" },
    });
    this.affinity = affinity;
    this.fixedPath = props.urlPath.replace(/\{.*/, "");
  }
}

/** What an {@link OutgoingRest} is declared with. */
export interface OutgoingRestProps {
  /** Where the other side is, for example `https://api.example.com`. */
  readonly host: string;

  /**
   * The URL path, from `/` on; `{name}` stands for a parameter.
   *
   * @default "/"
   */
  readonly urlPath?: string;

  /**
   * What proves who we are.
   *
   * @default - nothing
   */
  readonly security?: SecurityDefinition;

  /**
   * The format of requests and answers, `json` or `xml`.
   *
   * @default "json"
   */
  readonly dataFormat?: string;

  /**
   * Seconds after which a call is given up.
   *
   * @default 10
   */
  readonly timeout?: number;
}

/** An outgoing REST connection. */
export class OutgoingRest extends ContentObject {
  /** @throws ConstructError when the host is no http or https URL without user and path, or the path does not begin with `/` */
  constructor(scope: IConstruct, name: string, props: OutgoingRestProps) {
    const { host, security, timeout } = requireAll({
      host: () => requireOutgoingHost(scope, name, props.host),
      urlPath: () => requireOutgoingPath(scope, name, props.urlPath ?? "/"),
      security: () => nameOf(scope, name, props.security),
      timeout: () => requireWhole(scope, `the timeout of '${name}' in seconds`, props.timeout ?? 10, 1),
    });
    const compared = { host, url_path: props.urlPath ?? "/", is_active: true, timeout };
    super(scope, {
      section: "outgoing_rest",
      name,
      fields: {
        ...compared,
        security: security ?? NO_SECURITY,
        data_format: props.dataFormat ?? "json",
      },
      expected: { ...compared, data_format: props.dataFormat ?? "json" },
    });
  }
}

function requireChannelPath(scope: IConstruct, name: string, path: string): string {
  if (Token.isUnresolved(path)) {
    throw new ConstructError(
      scope,
      `the URL path of the channel '${name}' is not known before apply`,
      "give a concrete one: load balancers go by it",
    );
  }
  if (!/^\/[^\s?#]*$/.test(path) || /^\/+zato\//i.test(path)) {
    throw new ConstructError(
      scope,
      `'${path}' cannot be the URL path of the channel '${name}'`,
      "give a path from '/' on, without white space, '?' or '#', and not below /zato/",
    );
  }
  return path;
}

/** Methods are compared letter by letter. */
function requireMethod(scope: IConstruct, name: string, method: string): string {
  if (!Token.isUnresolved(method) && !/^[A-Z]+(-[A-Z]+)*$/.test(method)) {
    throw new ConstructError(
      scope,
      `'${method}' is no HTTP method for the channel '${name}' to answer to`,
      "give one in capitals, as 'GET', or leave it out for all",
    );
  }
  return method;
}

/** Zato puts it right behind the host: what begins otherwise would become a part of that. */
function requireOutgoingPath(scope: IConstruct, name: string, path: string): string {
  if (!Token.isUnresolved(path) && !/^([/?].*)?$/.test(path)) {
    throw new ConstructError(
      scope,
      `'${path}' cannot be the URL path of the outgoing connection '${name}'`,
      "give it from '/' on",
    );
  }
  return path;
}

function requireOutgoingHost(scope: IConstruct, name: string, host: string): string {
  if (/^[^/]*\/\/[^/?#]*@/.test(host)) {
    // Without the value, which messages must not tell either.
    throw new ConstructError(
      scope,
      `the host of the outgoing connection '${name}' holds a user or a password, which everybody could read in Terraform's state`,
      "declare them by addBasicAuth(), and give what that returns as 'security'",
    );
  }
  if (!/^https?:\/\/[^\s/?#\\]+$/.test(host) || !URL.canParse(host)) {
    throw new ConstructError(
      scope,
      `'${host}' cannot be the host of the outgoing connection '${name}'`,
      "give it as 'https://name' or 'https://name:port', the path by 'urlPath'",
    );
  }
  return host;
}

/** The name of what secures it, if anything does. */
function nameOf(scope: IConstruct, name: string, security: SecurityDefinition | undefined): string | undefined {
  if (security === undefined) {
    return undefined;
  }
  if (!isOpaque(SecurityDefinition, security)) {
    throw new ConstructError(
      scope,
      `the security of '${name}' is no SecurityDefinition`,
      "give what addBasicAuth(…), addApiKey(…) or addJwt(…) returns",
    );
  }
  return security.name;
}
