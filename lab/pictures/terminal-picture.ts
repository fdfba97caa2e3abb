import { escaped, MONOSPACE, picture, round } from "./svg";

const CHARACTER = { width: 7.8, height: 17 };
const MARGIN = 14;

/** What terminals of dark ground make of the colours that commands ask for. */
const STYLE = `.back{fill:#0d1117}text{font:13px ${MONOSPACE};fill:#e6edf3;white-space:pre}
.c1{font-weight:bold}.c2{fill:#8b949e}.c31{fill:#ff7b72}.c32{fill:#7ee787}.c33{fill:#e3b341}.c36{fill:#76e3ea}`;

/** What begins a colour, or ends it. */
// eslint-disable-next-line no-control-regex -- that is how terminals are told
const COLOUR = /\u001b\[([\d;]*)m/;

/** What stands on a terminal after a command, in its colours. */
export function terminalPicture(command: string, output: string): string {
  const lines = [`$ ${command}`, ...output.replaceAll("\r", "").trimEnd().split("\n")];
  const plain = lines.map((line) => line.replaceAll(new RegExp(COLOUR, "g"), ""));
  const width = Math.ceil(2 * MARGIN + CHARACTER.width * Math.max(...plain.map(({ length }) => length)));
  const content = lines.map((line, index) => pieces(line, MARGIN + CHARACTER.height * (index + 0.75))).join("");
  return picture(width, 2 * MARGIN + CHARACTER.height * lines.length, command, STYLE, content);
}

/** The pieces of a line that are of one colour each. Each says how wide it is: fonts differ. */
function pieces(line: string, y: number): string {
  const [first = "", ...others] = line.split(COLOUR);
  const parts = [{ text: first, colour: "" }];
  for (let index = 0; index < others.length; index += 2) {
    parts.push({ colour: others[index]!, text: others[index + 1]! });
  }
  let column = 0;
  return parts
    .map(({ text, colour }) => {
      const begin = column + text.length - text.trimStart().length;
      const shown = text.trim();
      column += text.length;
      const style =
        colour === "" || colour === "0"
          ? ""
          : ` class="${colour.replace(/\d+;?/g, (code) => `c${parseInt(code)} `).trim()}"`;
      const place = `x="${round(MARGIN + begin * CHARACTER.width)}" y="${y}"`;
      return shown === ""
        ? ""
        : `<text ${place}${style} textLength="${round(shown.length * CHARACTER.width)}">${escaped(shown)}</text>\n`;
    })
    .join("");
}
