/** Whom an HAProxy believes about its clients. */
export interface ForwardedClients {
  /** Networks and addresses of proxies in front, or names of hosts; `"any"` where each request comes from one. */
  readonly proxies: readonly string[] | "any";

  /**
   * The protocol that clients of these proxies speak; `undefined` where the proxies say so themselves, by
   * `X-Forwarded-Proto`, and answer for `X-Forwarded-Host` and `X-Forwarded-Port` too.
   */
  readonly protocol?: "http" | "https";
}

/**
 * Names of headers by which proxies tell who a client is, each as HAProxy compares it, which costs less than a regular expression.
 * To WSGI, and so to Zato, `_` and `-` are the same. With `SCRIPT_NAME` gunicorn cuts off a beginning of the path, behind the
 * rules that keep Zato's own paths from clients.
 */
const CLAIMS = [
  "forwarded -m sub",
  ...["client-ip", "real-ip", "connecting-ip", "url-scheme", "end-https", "script-name"].flatMap((name) => [
    `${name} -m end`,
    `${name.replace("-", "_")} -m end`,
  ]),
];

/** How many proxies in a row are looked through. */
const DEPTH = 4;

/**
 * Renders the rules of an HAProxy front end by which services see one address of a client, in `X-Forwarded-For`: that which
 * the connection comes from, or that which the last one of the trusted proxies in a row has seen. Zato would take whatever a
 * client claims, from `X-Zato-Forwarded-For` first of all, and cannot read two addresses.
 *
 * @param trusted whose word counts; nobody's, unless it is given
 * @param localAcl an ACL of those who may name another client by `X-Zato-Forwarded-For`, as web-admin does, or empty
 */
export function renderClientAddress(trusted: ForwardedClients | undefined, localAcl = ""): string {
  const { proxies = [], protocol } = trusted ?? {};
  const isTrusting = proxies.length > 0;
  const from = proxies === "any" ? "TRUE" : "from_proxy";
  const told = isTrusting && protocol === undefined ? ["host", "port"] : [];
  return [
    ...(proxies === "any" ? [] : proxies.map((proxy) => `acl from_proxy src ${proxy}`)),
    "http-request set-var(txn.client) src",
    ...(isTrusting ? addressBehind(proxies, from) : []),
    "http-request set-var(txn.protocol) str(http)",
    "http-request set-var(txn.protocol) str(https) if { ssl_fc }",
    ...(isTrusting ? [`http-request set-var(txn.protocol) ${protocolBehind(protocol, from)}`] : []),
    ...told.map((name) => `http-request set-var(txn.${name}) req.hdr(x-forwarded-${name},-1) if ${from}`),
    ...(localAcl ? [`http-request set-var(txn.named) req.hdr(x-zato-forwarded-for) if ${localAcl}`] : []),
    ...CLAIMS.map((claim) => `http-request del-header ${claim}`),
    "http-request set-header X-Forwarded-For %[var(txn.client)]",
    "http-request set-header X-Forwarded-Proto %[var(txn.protocol)]",
    ...told.map((name) => setIfFound(`X-Forwarded-${name}`, `txn.${name}`)),
    ...(localAcl ? [setIfFound("X-Zato-Forwarded-For", "txn.named")] : []),
  ]
    .map((rule) => `    ${rule}\n`)
    .join("");
}

/** From the last address on, which the proxy in front has added, for as long as that is a trusted proxy itself. */
function addressBehind(proxies: readonly string[] | "any", from: string): string[] {
  const places = Array.from({ length: proxies === "any" ? 1 : DEPTH }, (_, index) => index + 1);
  // HAProxy itself passes over what is no address, "unknown" for example, and takes the next one.
  const areAddresses = (place: number): string[] =>
    places.slice(0, place).map((one) => `{ req.hdr(x-forwarded-for,-${one}) -m reg ^[][0-9A-Fa-f.:]+$ }`);
  return places.map((place) => {
    const isBehindProxy = place === 1 ? [] : [`{ var(txn.client) -m ip ${[...proxies].join(" ")} }`];
    const conditions = [from, ...areAddresses(place), ...isBehindProxy];
    return `http-request set-var(txn.client) req.hdr_ip(x-forwarded-for,-${place}) if ${conditions.join(" ")}`;
  });
}

function protocolBehind(protocol: string | undefined, from: string): string {
  return protocol === undefined
    ? `req.hdr(x-forwarded-proto,-1),lower if ${from} { req.hdr(x-forwarded-proto,-1) -m str -i http https }`
    : `str(${protocol}) if ${from}`;
}

function setIfFound(header: string, variable: string): string {
  return `http-request set-header ${header} %[var(${variable})] if { var(${variable}) -m found }`;
}
