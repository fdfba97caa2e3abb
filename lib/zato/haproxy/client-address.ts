import { sourceIn } from "./sources";

/** Whom an HAProxy believes about its clients. */
export interface ForwardedClients {
  /** Networks and addresses of proxies in front, no names of hosts; `"any"` where each request comes from one. */
  readonly proxies: readonly string[] | "any";

  /**
   * The protocol that clients of these proxies speak; `undefined` where the proxies say so themselves, by
   * `X-Forwarded-Proto`, and answer for `X-Forwarded-Host` and `X-Forwarded-Port` too.
   */
  readonly protocol?: "http" | "https";

  /**
   * Whether they tell all of it by these rules themselves, as an HAProxy of ours in front does: then what they say is passed on as it is.
   *
   * @default false
   */
  readonly areOurs?: boolean;
}

/**
 * Names of headers by which proxies tell who a client is, as one expression. To WSGI, and so to Zato, `_` and `-` are the same. With
 * `SCRIPT_NAME` gunicorn cuts off a beginning of the path, behind the rules that keep Zato's own paths from clients.
 */
const CLAIMS = claims("forwarded");

/** Those that an HAProxy of ours never passes on; somebody else on its machine might send them. */
const CLAIMS_OF_OTHERS = claims("(^|,|zato[-_])forwarded");

/** How an expression for the names of all headers, with `,` between them, ends a name; for one name alone it is its end too. */
function claims(forwarded: string): string {
  return `${forwarded}|((client|real|connecting)[-_]ip|url[-_]scheme|end[-_]https|script[-_]name)(,|$)`;
}

const PROTOCOL_OF_CONNECTION = "http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]";

/** The condition that a request comes from an HAProxy of ours in front, behind the rules of {@link renderClientAddress}; `undefined` where there is none. */
export function fromOurs(trusted: ForwardedClients | undefined): string | undefined {
  return trusted?.areOurs && trusted.proxies !== "any" ? "from_proxy" : undefined;
}

/** How many proxies in a row are looked through. */
const DEPTH = 4;

/**
 * Renders the rules of an HAProxy front end by which services see one address of a client, in `X-Forwarded-For`: that which
 * the connection comes from, or that which the last one of the trusted proxies in a row has seen. Zato would take whatever a
 * client claims, from `X-Zato-Forwarded-For` first of all, and cannot read two addresses.
 *
 * @param trusted whose word counts; nobody's, unless it is given
 * @param options.localAcl an ACL of those who may name another client by `X-Zato-Forwarded-For`, as web-admin does, or empty
 * @param options.isLogged whether the access log asks for the client
 */
export function renderClientAddress(
  trusted: ForwardedClients | undefined,
  { localAcl = "", isLogged }: { readonly localAcl?: string; readonly isLogged: boolean },
): string {
  if (trusted?.areOurs && trusted.proxies !== "any") {
    return renderRules(passedOn(trusted.proxies, { localAcl, isLogged }));
  }
  const { proxies = [], protocol } = trusted ?? {};
  const isTrusting = proxies.length > 0;
  const from = proxies === "any" ? "TRUE" : "from_proxy";
  // What nobody asks for again is not kept: that costs more than to look at it.
  const isKept = isTrusting || isLogged;
  const told = isTrusting && protocol === undefined ? ["host", "port"] : [];
  return renderRules([
    ...(proxies === "any" || !isTrusting ? [] : [`acl from_proxy ${sourceIn(proxies)}`]),
    ...(isKept ? ["http-request set-var(txn.client) src"] : []),
    ...(isTrusting ? addressBehind(proxies, from) : []),
    ...(isTrusting ? [`http-request set-var(txn.protocol) ${protocolBehind(protocol)} if ${from}`] : []),
    ...told.map((name) => `http-request set-var(txn.${name}) req.hdr(x-forwarded-${name},-1) if ${from}`),
    ...keepingNamed(localAcl, [
      removed(CLAIMS),
      // The option writes no more than its one line, and is sooner done; of what was claimed none is left.
      isKept ? "http-request set-header X-Forwarded-For %[var(txn.client)]" : "option forwardfor",
      ...(isTrusting ? protocolTold() : [PROTOCOL_OF_CONNECTION]),
      ...told.map((name) => setIfFound(`X-Forwarded-${name}`, `txn.${name}`)),
    ]),
  ]);
}

/** What an HAProxy of ours says stays; everybody else is told of as at the front. Each request passes here: to set all of it again took a fifth of its instructions. */
function passedOn(
  proxies: readonly string[],
  { localAcl, isLogged }: { readonly localAcl: string; readonly isLogged: boolean },
): string[] {
  return [
    `acl from_proxy ${sourceIn(proxies)}`,
    ...(isLogged
      ? [
          "http-request set-var(txn.client) src",
          "http-request set-var(txn.client) req.hdr_ip(x-forwarded-for,-1) if from_proxy",
        ]
      : []),
    ...keepingNamed(localAcl, [
      removed(CLAIMS_OF_OTHERS),
      removed(CLAIMS, "!from_proxy"),
      "http-request set-header X-Forwarded-For %[src] if !from_proxy",
      `${PROTOCOL_OF_CONNECTION} if !from_proxy`,
    ]),
  ];
}

/** Rules that remove all claims, but for the client whom somebody of the ACL has named. */
function keepingNamed(localAcl: string, rules: readonly string[]): readonly string[] {
  return localAcl === ""
    ? rules
    : [
        `http-request set-var(txn.named) req.hdr(x-zato-forwarded-for) if ${localAcl}`,
        ...rules,
        setIfFound("X-Zato-Forwarded-For", "txn.named"),
      ];
}

/** Most requests have none of them: to look at all names at once is sooner done than to ask of one after the other whether it is to go. */
function removed(names: string, condition = ""): string {
  return `http-request del-header ${names} -m reg if ${condition && `${condition} `}{ req.hdr_names -m reg ${names} }`;
}

function renderRules(rules: readonly string[]): string {
  return rules.map((rule) => `    ${rule}\n`).join("");
}

/** From the last address on, which the proxy in front has added, for as long as that is a trusted proxy itself. */
function addressBehind(proxies: readonly string[] | "any", from: string): string[] {
  const places = Array.from({ length: proxies === "any" ? 1 : DEPTH }, (_, index) => index + 1);
  // HAProxy itself passes over what is no address, "unknown" for example, and takes the next one.
  const areAddresses = (place: number): string[] =>
    places.slice(0, place).map((one) => `{ req.hdr(x-forwarded-for,-${one}) -m reg ^[][0-9A-Fa-f.:]+$ }`);
  return places.map((place) => {
    // What fails for most requests comes first: few proxies are in a row, and a variable is found sooner than a header.
    const isBehindProxy = place === 1 ? [] : [`{ var(txn.client) -m ip -n ${[...proxies].join(" ")} }`];
    const conditions = [...isBehindProxy, ...areAddresses(place).reverse(), from];
    return `http-request set-var(txn.client) req.hdr_ip(x-forwarded-for,-${place}) if ${conditions.join(" ")}`;
  });
}

function protocolBehind(protocol: string | undefined): string {
  return protocol === undefined ? "req.hdr(x-forwarded-proto,-1)" : `str(${protocol})`;
}

/** That of the connection, unless a proxy has said one that there is. */
function protocolTold(): string[] {
  const told = (protocol: string): string => `{ var(txn.protocol) -m str -i ${protocol} }`;
  const rule = (protocol: string, other: string, isTls: string): string =>
    `http-request set-header X-Forwarded-Proto ${protocol} if ${told(protocol)} or ${isTls}{ ssl_fc } !${told(other)}`;
  return [rule("http", "https", "!"), rule("https", "http", "")];
}

function setIfFound(header: string, variable: string): string {
  return `http-request set-header ${header} %[var(${variable})] if { var(${variable}) -m found }`;
}
