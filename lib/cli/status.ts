import { setTimeout as pause } from "node:timers/promises";
import { FRAMEWORK } from "../framework";
import { DeclaredHost } from "../document";
import { ask } from "./ask";
import { DeclaredStack } from "./declared-stack";
import { changesBetween } from "./status-changes";
import { judge, JudgedStatus } from "./status-judgement";
import { AskedHost, measure } from "./status-report";
import { renderStatus, Screen } from "./status-text";
import { untilEnded } from "./until-ended";

/** What is asked of the command. */
export interface StatusCall {
  readonly stack: DeclaredStack;
  /** Whether it goes on until the program is ended. */
  readonly isWatching: boolean;
  /** Whether programs read it. */
  readonly isJson: boolean;
  /** Whether a terminal shows it, which can be written over. */
  readonly isTerminal: boolean;
  readonly screen: () => Screen & { readonly height: number };
}

/** A host that is not ready with its answer after so long is shown as one that does not answer; ssh gives up sooner where none is there. */
const PATIENCE_MS = 20_000;

/** Between the end of one look and the next one. */
const PAUSE_MS = 2000;

/** Changes that are shown below what is watched. */
const MOST_CHANGES = 10;

/** Moves to the first place, and clears what follows what was written. */
const HOME = "\u001b[H";
const CLEAR = "\u001b[2J";
const REST_OF_LINE = "\u001b[K";
const REST_OF_SCREEN = "\u001b[J";

/**
 * Shows how a deployment is. Changes nothing.
 *
 * @returns 0 where all is well, 1 where something is not, 2 where no host could be asked
 * @throws Error when the stack declares nothing on any host
 */
export async function status(call: StatusCall, print: (text: string) => void): Promise<number> {
  const { stack } = call;
  if (stack.document.components.length === 0) {
    throw new Error(`the stack in '${stack.folder}' declares nothing on any host; there is nothing to look at`);
  }
  return untilEnded(async (signal) => {
    if (!call.isWatching) {
      const judged = await look(stack, signal);
      print(
        call.isJson ? `${JSON.stringify(judged.report, undefined, 2)}\n` : lines(renderStatus(judged, call.screen())),
      );
      return signal.aborted ? 2 : judged.report.status;
    }
    return watch(call, signal, print);
  });
}

/** Asks all hosts at the same time. */
async function look(stack: DeclaredStack, signal: AbortSignal): Promise<JudgedStatus> {
  const hosts = stack.document.hosts.filter(({ lost }) => !lost);
  const asked = await Promise.all(hosts.map((host) => askOne(stack, host, signal)));
  const now = Date.now() / 1000;
  return judge(stack, measure(stack, asked, now), now);
}

async function askOne(stack: DeclaredStack, host: DeclaredHost, signal: AbortSignal): Promise<AskedHost> {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  const asked = Date.now() / 1000;
  let said = "";
  const listening = {
    onOutput: (text: string): void => void (said += text),
    signal: AbortSignal.any([signal, limit]),
    staysOpen: false,
  };
  const { where, reason } = await ask(stack, host, "status.sh", () => "", listening);
  return {
    host,
    where,
    reason: limit.aborted ? silence() : understood(reason),
    said,
    asked,
    answered: Date.now() / 1000,
  };
}

function silence(): string {
  return `it took more than ${PATIENCE_MS / 1000} s`;
}

/** What is deployed may be older than this program. */
function understood(reason: string): string {
  return /status\.sh: No such file/.test(reason)
    ? `what is deployed there is older than this ${FRAMEWORK.library}, or nothing is; deploy first`
    : reason;
}

async function watch(call: StatusCall, signal: AbortSignal, print: (text: string) => void): Promise<number> {
  const { stack, isJson, isTerminal } = call;
  let last: JudgedStatus | undefined;
  let changes: string[] = [];
  if (isTerminal && !isJson) {
    print(CLEAR);
  }
  while (!signal.aborted) {
    const now = await look(stack, signal);
    if (signal.aborted) {
      break;
    }
    const news = last ? changesBetween(last, now) : [];
    changes = [...changes, ...news].slice(-MOST_CHANGES);
    if (isJson) {
      print(`${JSON.stringify(now.report)}\n`);
    } else if (isTerminal) {
      print(
        inPlace(
          [...renderStatus(now, call.screen()), ...(changes.length > 0 ? ["", ...changes] : [])],
          call.screen().height,
        ),
      );
    } else {
      print(lines(last ? news : renderStatus(now, call.screen())));
    }
    last = now;
    await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return last?.report.status ?? 2;
}

/** Over what was there before; what has no room below is left out. */
function inPlace(texts: readonly string[], height: number): string {
  return (
    HOME +
    texts
      .slice(0, height - 1)
      .map((text) => `${text}${REST_OF_LINE}\n`)
      .join("") +
    REST_OF_SCREEN
  );
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
