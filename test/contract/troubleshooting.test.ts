import { hostMessages, inPython, inShell, plain } from "./support/host-messages";
import { textOf } from "./support/pages";
import { sourceTexts } from "./support/source-texts";

const PAGE = textOf("docs/troubleshooting.md");
const [ON_HOSTS = "", AT_SYNTH = ""] = PAGE.split(/^## At synth$/m);

/** The first column of the tables. */
function messagesOn(text: string): string[] {
  return [...text.matchAll(/^\| `(.*?)` +\|/gm)].map(([, message]) => message!);
}

test("each message that a host can end with is on the page, with a cause and a way out", () => {
  const onPage = new Set(messagesOn(ON_HOSTS));
  expect(onPage.size).toBeGreaterThan(100);
  const missing = hostMessages().filter(({ text }) => !onPage.has(text));
  expect(missing.map(({ text, file }) => `${file}: ${text}`)).toEqual([]);
});

test("each message on the page is one that the code has", () => {
  const known = new Set(hostMessages().map(({ text }) => text));
  expect(messagesOn(ON_HOSTS).filter((message) => !known.has(message))).toEqual([]);
  const texts = sourceTexts();
  expect(messagesOn(AT_SYNTH).length).toBeGreaterThan(15);
  expect(messagesOn(AT_SYNTH).filter((message) => !texts.has(message))).toEqual([]);
});

test("a command in a message works for a login user as it stands: by sudo where only root may, and at a path that later deploys leave", () => {
  const rootsAlone = /(?<!sudo )\b(bash|fuser|journalctl|groupadd|usermod|apt-get|systemctl) |bash …/;
  const messages = hostMessages().filter(({ file }) => file.includes("host-scripts"));
  expect(messages.filter(({ text }) => rootsAlone.test(text)).map(({ text }) => text)).toEqual([]);
});

test("no message is on the page twice", () => {
  const all = messagesOn(PAGE);
  expect(all.filter((message, position) => all.indexOf(message) !== position)).toEqual([]);
});

test("a message of a script is found however it is written", () => {
  const script = [
    `[ -s "$1" ] || fail "there is no '$1' in $(dirname "$(readlink "\${2:-a b}")") on \${host##*/}"`,
    `finding "port $port is taken by \${holder:-nobody}"`,
    `x=$(y 2>&1) || fail "\${complaint:-the cluster $(param cluster) cannot be asked}"`,
    `fail "nothing was changed:\n$(cat "$work/trial")"`,
    `# fail "this is a comment"`,
    `progress "this is no failure"`,
    `fail "see \\"$log\\": $(sed -n "s/\\(a)/\\1/p" x | sed 's/")//')"`,
  ].join("\n");
  expect(inShell(script).map(plain)).toEqual([
    "there is no '…' in … on …",
    "port … is taken by …",
    "the cluster … cannot be asked",
    "nothing was changed: …",
    'see "…": …',
  ]);
  expect(
    inPython('sys.exit(f"{key} stands in the way")\nprint(f"deleted {key} at last now")\nx = f"{a}/{b}"\n'),
  ).toEqual(["… stands in the way"]);
});
