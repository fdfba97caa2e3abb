/*
 * What the two HAProxies that a request passes repeat, and on which connections it goes.
 *
 * A request that found no connection goes on to another server. One whose connection ended without an answer may have been
 * executed; it is repeated only where HTTP promises that this does no harm (RFC 9110, 9.2.1), and by the outermost of the two
 * alone, or repetitions would multiply. An answer of a service, and what takes too long, is never repeated.
 *
 * Methods that may be repeated may also take a connection that was used before, and may have died since. All others go over a
 * new one: on a dead connection nobody could tell whether they were executed.
 */

/** TRACE is safe too, but Zato runs services for it, and nobody needs it. */
const REPEATABLE = "{ method GET HEAD OPTIONS }";

/** The header by which an HAProxy in front says whether it repeats what is answered by 425, as RFC 8470 has it. */
const MAY_REPEAT = "Early-Data";

/** Whether an HAProxy in front passes a client's request on, and has not asked itself, as its health checks do. */
export const IS_PASSED_ON = `{ req.hdr(${MAY_REPEAT}) 0 1 }`;

/** By which the inner one says that a request was not executed. */
export const NOT_EXECUTED = "425";

/** The header that tells between the two in whose place a status is. */
const IN_PLACE_OF = "X-Zato-In-Place-Of";

/** The status in whose clothes a service's own 425 passes the outer one, which would repeat its request. */
const DISGUISE = "500";

/**
 * The rules of the front end of the outer HAProxy, which repeats what members have not executed if all of them say so. A status that no other
 * cluster could better is the client's in the end.
 */
export function renderOuterRules(repeatsNotExecuted: boolean): string {
  if (!repeatsNotExecuted) {
    return rules([`http-request set-header ${MAY_REPEAT} 0`]);
  }
  const restore = (status: string, from: string): string =>
    `http-response set-status ${status} if { status ${from} } { res.hdr(${IN_PLACE_OF}) ${status} }`;
  return rules([
    `http-request set-header ${MAY_REPEAT} 1`,
    `http-response allow unless { status ${NOT_EXECUTED} ${DISGUISE} 502 503 }`,
    restore("502", NOT_EXECUTED),
    restore("503", NOT_EXECUTED),
    restore(NOT_EXECUTED, DISGUISE),
    `http-response del-header ${IN_PLACE_OF}`,
  ]);
}

/**
 * The rules of the front end of the inner HAProxy, for servers whose services' errors are always answered, or not. Where the outer one repeats, this one does not, and leaves it what it has to
 * answer itself: 503, when no server took the request, whatever it is; and 502, when a server gave no answer to one that may be
 * repeated. What a service has answered by 425 is disguised for an outer one of ours alone, which knows it again.
 *
 * @param fromOurs the condition that a request comes from such a one; `undefined` where there is none
 */
export function renderInnerRules(answersErrors: boolean, fromOurs: string | undefined): string {
  const mayRepeat = "{ var(txn.may_repeat) -m found }";
  const isOneToLookAt = `{ status ${NOT_EXECUTED} 502 503 }`;
  return rules([
    `http-request set-var(txn.may_repeat) bool(true) if { req.hdr(${MAY_REPEAT}) 1 }`,
    `http-request del-header ${MAY_REPEAT}`,
    `http-request disable-l7-retry if ${mayRepeat}`,
    `http-response set-var(txn.answered) bool(true) if ${isOneToLookAt}`,
    `http-after-response allow unless ${isOneToLookAt}`,
    ...(fromOurs === undefined
      ? []
      : [`set-header ${IN_PLACE_OF} ${NOT_EXECUTED}`, `set-status ${DISGUISE}`].map(
          (action) => `http-after-response ${action} if { status ${NOT_EXECUTED} } ${mayRepeat} ${fromOurs}`,
        )),
    // What follows is about what no server has answered.
    "http-after-response allow if { var(txn.answered) -m found }",
    `http-after-response set-header ${IN_PLACE_OF} 503 if { status 503 } ${mayRepeat}`,
    ...(answersErrors
      ? [`http-after-response set-header ${IN_PLACE_OF} 502 if { status 502 } ${mayRepeat} ${REPEATABLE}`]
      : []),
    `http-after-response set-status ${NOT_EXECUTED} if ${mayRepeat} { res.hdr(${IN_PLACE_OF}) 502 503 }`,
  ]);
}

/** A server of a back end. */
export interface BackEndServer {
  readonly name: string;
  readonly address: string;
  /** Words of its line, whatever the back end is for. */
  readonly options?: string;
  /** Whether it gets no requests; known to the back end that checks it alone. */
  readonly isDisabled?: boolean;
}

/** The same servers for one way to choose among them, and however a request may be treated. */
export interface BackEnds {
  readonly name: string;
  /** The lines that say how a server is chosen. */
  readonly balance: string;
  /** How servers are checked; `undefined` where a back end of another name does it. */
  readonly checks?: { readonly lines: string; readonly options: string };
  /** The name of the back end that checks the servers. */
  readonly checkedBy: string;
  /**
   * The name of a back end that checks the same servers for less: where none of these is fit for requests, those get them that are for it.
   *
   * @default - none of these gets any then
   */
  readonly leastCheckedBy?: string;
  readonly servers: readonly BackEndServer[];
  /** Words of the servers' lines where connections are used again. */
  readonly reuseOptions?: string;
  /**
   * Whether a connection that ends without an answer was lost with its server: then what may be repeated is.
   *
   * @default true
   */
  readonly answersErrors?: boolean;
  /** Further events, in HAProxy's words, after which a request certainly was not executed. */
  readonly notExecuted?: string;
  /**
   * Seconds that a body may take. A request is then sent on as a whole, since only what HAProxy has as a whole can be repeated after an answer,
   * whether its body came with the head or behind it. What is larger than HAProxy's buffer goes on as it comes, and is not repeated.
   *
   * @default - it goes on as it comes
   */
  readonly wholeWithin?: number;
  /** Whether all methods may be repeated. */
  readonly repeatsAll: boolean;
}

/** The lines of a front end that choose a back end, where a condition holds or in all other cases. */
export function renderChoice({ name, repeatsAll }: BackEnds, condition?: string): string {
  const others = repeatsAll ? name : onceName(name);
  const repeatable = words(condition ?? "", REPEATABLE);
  return (
    (repeatsAll ? "" : `    use_backend ${name} if ${repeatable}\n`) +
    (condition === undefined ? `    default_backend ${others}\n` : `    use_backend ${others} if ${condition}\n`)
  );
}

/** Renders a back end for methods that may be repeated, and one, `…_once`, for all others. */
export function renderBackEnds(ends: BackEnds): string {
  const {
    name,
    balance,
    checks,
    checkedBy,
    leastCheckedBy,
    servers,
    reuseOptions = "",
    answersErrors = true,
    notExecuted = "",
    wholeWithin,
    repeatsAll,
  } = ends;
  const waiting = wholeWithin === undefined ? "" : `    http-request wait-for-body time ${wholeWithin}s\n`;
  const tracking = (server: BackEndServer): string => `track ${checkedBy}/${server.name}`;
  const unfit = (further: string): Section["servers"] =>
    leastCheckedBy === undefined
      ? []
      : servers.map((server) => [
          { ...server, name: unfitName(server.name) },
          words(`track ${leastCheckedBy}/${server.name}`, server.options, further, "backup"),
        ]);
  const allUnfit = leastCheckedBy === undefined ? "" : "    option allbackups\n";
  const repeatable = section({
    name,
    lines:
      balance +
      (checks?.lines ?? "") +
      allUnfit +
      waiting +
      `    http-reuse safe\n    retry-on ${words("conn-failure", answersErrors ? "empty-response" : "", notExecuted)}\n`,
    servers: [
      ...servers.map((server): Section["servers"][number] => [
        server,
        words(checks?.options ?? tracking(server), server.options, reuseOptions, server.isDisabled ? "disabled" : ""),
      ]),
      ...unfit(reuseOptions),
    ],
  });
  const once = section({
    name: onceName(name),
    // Without the option a client that keeps its connection would get the server's connection of its last request again.
    lines: `${balance}${allUnfit}${waiting}    http-reuse never\n    option http-server-close\n    retry-on ${words("conn-failure", notExecuted)}\n`,
    servers: [
      ...servers.map((server): Section["servers"][number] => [server, words(tracking(server), server.options)]),
      ...unfit(""),
    ],
  });
  return repeatsAll ? repeatable : `${repeatable}\n${once}`;
}

interface Section {
  readonly name: string;
  readonly lines: string;
  readonly servers: readonly (readonly [BackEndServer, string])[];
}

function section({ name, lines, servers }: Section): string {
  const rows = servers.map(([server, options]) => `    server ${server.name} ${server.address} ${options}\n`);
  return `backend ${name}\n${lines}${rows.join("")}`;
}

/** The back end of the same servers for methods that may not be repeated. */
export function onceName(name: string): string {
  return `${name}_once`;
}

/** The same server, for requests that no server is fit for. Names of servers have no dot. */
function unfitName(name: string): string {
  return `${name}.unfit`;
}

function words(...some: (string | undefined)[]): string {
  return some.filter(Boolean).join(" ");
}

function rules(some: readonly string[]): string {
  return some.map((rule) => `    ${rule}\n`).join("");
}
