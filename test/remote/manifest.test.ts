import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Lazy, TerraformOutput, TerraformVariable } from "cdktf";
import fc from "fast-check";
import { renderManifest } from "../../lib/remote";
import { anyText } from "../support/arbitraries";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { parseManifest } from "../support/manifest";
import { newStack } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

test("an entry begins with its name, and each of its lines with a bar", () => {
  expect(renderManifest({ parameters: { a: "1", b: "" }, files: { unit: "x\ny\n" } })).toBe(
    "@param a\n|1\n@param b\n|\n@file unit\n|x\n|y\n|\n@end\n",
  );
});

test.each(["", "A", "a b", "../a", "1a", "a\nb", "a/b"])("fails for an entry named '%s'", (name) => {
  expect(() => renderManifest({ parameters: { [name]: "x" } })).toThrow(/cannot name a manifest entry; use lower-case/);
});

test("fails for a text that holds a NUL", () => {
  expect(() => renderManifest({ parameters: {}, files: { unit: "a\0b" } })).toThrow(
    "the manifest entry 'unit' holds a NUL character; text files cannot",
  );
});

describe("what is not known when it is rendered", () => {
  const rendered = (text: (value: string) => string): unknown => {
    const stack = newStack();
    const value = new TerraformVariable(stack, "known_later", { type: "string" }).stringValue;
    new TerraformOutput(stack, "text", { value: renderManifest({ parameters: { a: text(value) } }) });
    return Template.synth(stack).output("text");
  };

  test("has its lines marked by terraform", () => {
    expect(rendered((value) => `before\n${value} after\n`)).toBe(
      '@param a\n|before\n|${replace(var.known_later, "\\n", "\\n|")} after\n|\n@end\n',
    );
  });

  test("has them marked where only the synth knows, and what terraform knows in it too", () => {
    const inner = (value: string): string => Lazy.stringValue({ produce: () => `x\ny ${value}` });
    expect(rendered((value) => `${Lazy.stringValue({ produce: () => inner(value) })}\nz`)).toBe(
      '@param a\n|x\n|y ${replace(var.known_later, "\\n", "\\n|")}\n|z\n@end\n',
    );
  });
});

test("what the host unpacks is what was rendered, byte for byte, whatever the texts", () => {
  // GIVEN many manifests, unpacked by one run of the host's own script
  const samples = fc.sample(fc.record({ value: anyText, text: anyText, more: anyText }), 200);
  samples.forEach(({ value, text, more }, number) => {
    mkdirSync(join(folder(), String(number)));
    writeFileSync(
      join(folder(), String(number), "manifest"),
      renderManifest({ parameters: { "a_value.of-1": value, more }, files: { file: text } }),
    );
  });

  // WHEN
  const run = bash(
    `fail() { echo "$1" >&2; exit 1; }
     . "$1/lib/manifest.sh"
     for one in "$2"/*/; do unpack_manifest "$one/manifest" "$one/entries"; done`,
    [HOST_SCRIPTS, folder()],
  );

  // THEN
  expect(run).toMatchObject({ status: 0, stderr: "" });
  samples.forEach(({ value, text, more }, number) => {
    const read = (name: string): string => readFileSync(join(folder(), String(number), "entries", name), "utf8");
    expect([read("param/a_value.of-1"), read("param/more"), read("file/file")]).toEqual([value, more, text]);
  });
});

test("the reader of these tests agrees with the host's", () => {
  fc.assert(
    fc.property(anyText, anyText, (value, text) => {
      const content = { parameters: { a: value, b: "" }, files: { c: text } };
      expect(parseManifest(renderManifest(content))).toEqual(content);
    }),
  );
});

describe("on the host", () => {
  const unpack = (manifest: string, then = ""): ReturnType<typeof bash> => {
    writeFileSync(join(folder(), "manifest"), manifest);
    return bash(
      `fail() { echo "failed: $1"; exit 1; }
       . "$1/lib/manifest.sh"
       unpack_manifest "$2/manifest" "$2/entries"
       ${then}`,
      [HOST_SCRIPTS, folder()],
    );
  };

  test.each([
    ["cut off", "@param a\n|1\n"],
    ["empty", ""],
    ["without a bar", "@param a\n1\n@end\n"],
    ["with a line before the first entry", "|1\n@param a\n|1\n@end\n"],
    ["with a path for a name", "@param ../a\n|1\n@end\n"],
    ["with an unknown type of entry", "@directory a\n|1\n@end\n"],
    ["with a carriage return behind a name", "@param a\r\n|1\n@end\n"],
  ])("fails for a manifest that is %s", (_, manifest) => {
    expect(unpack(manifest)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^failed: the manifest .* is damaged\n$/) as string,
    });
  });

  test("fails for a manifest that is not there", () => {
    const run = bash(
      `fail() { echo "failed: $1"; exit 1; }; . "$1/lib/manifest.sh"; unpack_manifest "$2/x" "$2/entries"`,
      [HOST_SCRIPTS, folder()],
    );
    expect(run).toMatchObject({ status: 1, stdout: expect.stringContaining("is damaged") as string });
  });

  test("a parameter that is not there is empty, and the others are printed as they are", () => {
    const run = unpack(
      "@param a\n|$(id) \\n %s\n@file b\n|\n@end\n",
      'param a; param b; param_file a; printf " "; file b',
    );
    expect(run.stdout).toBe(`$(id) \\n %s${folder()}/entries/param/a ${folder()}/entries/file/b`);
  });

  test("what stands behind the end is not read", () => {
    expect(unpack("@param a\n|1\n@end\n@param a\n|2\n@end\n", "param a").stdout).toBe("1");
  });

  test("the entries are for the user alone", () => {
    expect(unpack("@param a\n|1\n@end\n", 'stat -c %a "$entries/param" "$entries/file"').stdout).toBe("700\n700\n");
  });

  const otherAwks = ["mawk", "gawk", "original-awk"].filter((name) => spawnSync(name, ["BEGIN{}"]).status === 0);

  test.each([...otherAwks, "awk"])("unpacks with %s", (awk) => {
    // Debian has mawk, others have gawk.
    const run = bash(
      `awk() { command ${awk} "$@"; }
       fail() { echo "failed: $1"; exit 1; }
       . "$1/lib/manifest.sh"
       printf '@param a\\n|ü\\\\n"\\n|\\n@end\\n' >"$2/manifest"
       unpack_manifest "$2/manifest" "$2/entries"; cat "$2/entries/param/a"`,
      [HOST_SCRIPTS, folder()],
    );
    expect(run.stdout).toBe('ü\\n"\n');
  });
});
