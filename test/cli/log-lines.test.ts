import fc from "fast-check";
import { basicPattern } from "../../lib/cli/basic-pattern";
import { LogLine, LogReader, mergeByTime } from "../../lib/cli/log-lines";

const at = (component: string, time: number | undefined, text: string): LogLine => ({
  host: "host1",
  component,
  text,
  time,
});

const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

describe("merging", () => {
  test("puts lines of several streams in the order of time", () => {
    const one = [at("a", 1, "1"), at("a", 4, "4")];
    const other = [at("b", 2, "2"), at("b", 3, "3"), at("b", 5, "5")];
    expect(texts(mergeByTime([one, other]))).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("leaves a line without a time behind the one before it, also where another stream has the same time", () => {
    const one = [at("a", 2, "error"), at("a", undefined, "traceback")];
    const other = [at("b", 2, "other"), at("b", undefined, "more")];
    expect(texts(mergeByTime([one, other]))).toEqual(["error", "traceback", "other", "more"]);
  });

  test("shows what has no time at all first", () => {
    expect(texts(mergeByTime([[at("a", 1, "1")], [at("b", undefined, "?"), at("b", 0, "0")]]))).toEqual([
      "?",
      "0",
      "1",
    ]);
  });

  test("keeps each stream's own order and loses nothing, whatever clocks did", () => {
    const stream = fc.array(fc.option(fc.nat(9), { nil: undefined }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(stream, { maxLength: 4 }), (streams) => {
        const lines = streams.map((times, stream) => times.map((time, index) => at(String(stream), time, `${index}`)));
        const merged = mergeByTime(lines);
        expect(lines.map((_, stream) => merged.filter(({ component }) => component === String(stream)))).toEqual(lines);
        const clocks = streams.every((times) =>
          times.every((time, i) => time !== undefined && time >= (times[i - 1] ?? 0)),
        );
        const times = merged.map(({ time }) => time!);
        expect(!clocks || times.every((time, index) => time >= (times[index - 1] ?? 0))).toBe(true);
      }),
    );
  });
});

describe("reading", () => {
  const read = (...pieces: string[]): [string, LogLine][] => {
    const lines: [string, LogLine][] = [];
    const reader = new LogReader("host1", (line, stream) => lines.push([stream, line]));
    pieces.forEach((piece) => reader.read(piece));
    return lines;
  };

  test.each([
    ["2026-11-30T01:02:03.456789+0000 python[7]: x", "2026-11-30T01:02:03.456Z python[7]: x"],
    ["2026-11-30T01:02:03.456789+01:00 python[7]: x", "2026-11-30T00:02:03.456Z python[7]: x"],
    ["== 2026-11-30T01:02:03Z a-odb", "2026-11-30T01:02:03.000Z == a-odb"],
    ["2026-11-30T01:02:03.456Z ERROR - x", "2026-11-30T01:02:03.456Z ERROR - x"],
  ])("knows the time of %j", (line, text) => {
    const [[, found] = []] = read(`a\tjournal\t${line}\n`);
    expect(found).toEqual({ host: "host1", component: "a", text, time: Date.parse(text.split(" ")[0]!) });
  });

  test.each(["-- creating", "2026-99-30T01:02:03Z x", "at 2026-11-30T01:02:03Z it was"])("knows none of %j", (line) => {
    expect(read(`a\tdeploy\t${line}\n`)[0]?.[1]).toEqual({
      host: "host1",
      component: "a",
      text: line,
      time: undefined,
    });
  });

  test("gives a line the time of the one before in its own stream, however it comes in pieces", () => {
    const said =
      "a\tdeploy\t== 2026-11-30T01:02:03Z a\na\tjournal\tz\nnoise\na\tdeploy\t\na\tdeploy\t-- x\ty\nunfinished";
    const expected = [
      ["host1\ta\tdeploy", "2026-11-30T01:02:03.000Z == a", Date.parse("2026-11-30T01:02:03Z")],
      ["host1\ta\tjournal", "z", undefined],
      ["host1\ta\tdeploy", "-- x\ty", Date.parse("2026-11-30T01:02:03Z")],
    ];
    fc.assert(
      fc.property(fc.nat(said.length), (cut) => {
        const lines = read(said.slice(0, cut), said.slice(cut));
        expect(lines.map(([stream, { text, time }]) => [stream, text, time])).toEqual(expected);
      }),
    );
  });

  test("leaves colours out", () => {
    expect(read("a\tjournal\t\x1b[1;31mERROR\x1b[0m x\n")[0]?.[1].text).toBe("ERROR x");
  });
});

describe("a pattern", () => {
  test.each([
    ["a(b)", "x a(b) y", true],
    ["a.c", "abc", true],
    ["a|b", "a", false],
    ["a\\|b", "a", true],
    ["^ab*$", "abbb", true],
    ["\\.py", "xpy", false],
    ["a\\\\(", "a\\(", true],
    ["", "anything", true],
  ])("%j is read as grep does it, in %j", (pattern, text, expected) => {
    expect(basicPattern(pattern).test(text)).toBe(expected);
  });

  test("that is none is refused, with the way out", () => {
    expect(() => basicPattern("[a")).toThrow("'[a' is no basic regular expression; put a backslash before");
  });

  test("of letters and what is no operator finds itself", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "(", ")", "{", "}", "+", "?", "|", "-", " ", "é", "/") });
    fc.assert(fc.property(text, (found) => basicPattern(found).test(`x${found}y`)));
  });
});
