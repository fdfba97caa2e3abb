import { LogLine } from "../../lib/cli/log-lines";
import { Repetitions } from "../../lib/cli/log-repetitions";

const NOON = Date.parse("2026-11-30T12:00:00Z");

const line = (text: string, seconds = 0, component = "a-server1"): LogLine => ({
  host: "host1",
  component,
  text,
  time: NOON + seconds * 1000,
});

/** As a journal has it. */
const said = (text: string, seconds = 0, component = "a-server1"): LogLine =>
  line(`${new Date(NOON + seconds * 1000).toISOString()} ${component}[7]: ${text}`, seconds, component);

/** Which lines of a journal are left, after some of a log. */
function left(log: readonly LogLine[], journal: readonly LogLine[]): readonly LogLine[] {
  const repetitions = new Repetitions();
  log.forEach((one) => repetitions.note(one));
  return journal.filter((one) => !repetitions.has(one));
}

test("further lines of an entry, which the journal has a moment later, are left out", () => {
  const log = [
    line("2026-11-30T12:00:00.000Z ERROR - it fails"),
    line("Traceback"),
    line("  File x"),
    line("ValueError"),
  ];
  const journal = [said("Traceback", 0.2), said("  File x", 0.2), said("", 0.2), said("ValueError", 1.5)];
  expect(left(log, journal)).toEqual([]);
});

test.each<[string, LogLine, LogLine]>([
  ["of another time, as of a server that dies later", line("Traceback"), said("Traceback", 3)],
  ["of another component", line("Traceback"), said("Traceback", 0, "a-server2")],
  ["of systemd", line("Stopped."), line("2026-11-30T12:00:00.000Z Stopped.")],
  ["that begins otherwise", line("  File x"), said("File x")],
])("a line %s stays", (_, log, journal) => {
  expect(left([log], [journal])).toEqual([journal]);
});

test("each counts once: what a server says again is seen", () => {
  expect(left([line("}")], [said("}"), said("}", 0.1)])).toEqual([said("}", 0.1)]);
});

test("the beginning of an entry, and a line whose time nobody knows, are nobody's repetition", () => {
  const begins = line("2026-11-30T12:00:00.000Z INFO - up");
  const untimed: LogLine = { ...line("x"), time: undefined };
  expect(left([begins, untimed], [said(begins.text), said("x")])).toHaveLength(2);
});

test("what is forgotten is no repetition any more", () => {
  const repetitions = new Repetitions();
  [line("old"), line("new", 10)].forEach((one) => repetitions.note(one));
  repetitions.forgetBefore(NOON + 5000);
  expect([repetitions.has(said("old")), repetitions.has(said("new", 10))]).toEqual([false, true]);
});
