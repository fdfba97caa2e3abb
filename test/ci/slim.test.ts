import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostScripts } from "../../lib/remote/host-scripts";
import { temporaryFolder } from "../support/bash";

/** What the build leaves out, as a program of its own, which it is: it is no part of the library. */
function slim<T>(expression: string, input: string): T {
  const program = `const slim = require("./slim"), input = require("node:fs").readFileSync(0, "utf8"); console.log(JSON.stringify(${expression} ?? null))`;
  const scripts = join(__dirname, "..", "..", "scripts");
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { cwd: scripts, input, encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as T;
}

const folder = temporaryFolder();

describe("scripts for hosts without their comments", () => {
  /** A script as bash reads it, without comments and in a layout of bash's own; without indents, which texts of several lines have too. */
  function asBashReadsIt(script: string): string {
    const file = join(folder(), "script.sh");
    writeFileSync(file, script);
    const { stdout, stderr } = spawnSync("bash", ["--pretty-print", file], { encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.replace(/^ +/gm, "");
  }

  test("are the same programs, line by line", () => {
    const sources = hostScripts()
      .filter(({ target }) => target.endsWith(".sh"))
      .map(({ source }) => readFileSync(source, "utf8"));
    const built = slim<string[]>("JSON.parse(input).map(slim.withoutComments)", JSON.stringify(sources));
    expect(sources.length).toBeGreaterThan(50);
    sources.forEach((source, index) => {
      const program = asBashReadsIt(source);
      expect(program.length).toBeGreaterThan(0);
      expect(asBashReadsIt(built[index]!)).toBe(program);
      expect(built[index]!.split("\n").length).toBe(source.split("\n").length);
    });
  });

  test("have what begins with '#' and is no comment", () => {
    const script = '#!/bin/bash\n# a comment\necho "${#name}" # what\n    # another\n    echo $#\n';
    expect(slim<string>("slim.withoutComments(input)", script)).toBe(
      '#!/bin/bash\n\necho "${#name}" # what\n\n echo $#\n',
    );
  });
});

describe("programs in Python without their comments", () => {
  /** What Python makes of each program, with the lines of everything in it, but for documentation. */
  const PARSE = `
import ast, json, sys
for program in json.load(sys.stdin):
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body[0].value = None
        for place in "col_offset", "end_col_offset":
            if hasattr(node, place):
                setattr(node, place, None)
    print(ast.dump(tree, include_attributes=True))
`;

  function asPythonReadsThem(programs: readonly string[]): string[] {
    const { stdout, stderr } = spawnSync("python3", ["-c", PARSE], {
      input: JSON.stringify(programs),
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    expect(stderr).toBe("");
    return stdout.trimEnd().split("\n");
  }

  test("are the same programs, line by line", () => {
    const lib = join(__dirname, "..", "..", "lib");
    const sources = readdirSync(lib, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".py"))
      .map((name) => readFileSync(join(lib, name), "utf8"));
    const built = slim<string[]>("JSON.parse(input).map(slim.withoutDocstrings)", JSON.stringify(sources));
    expect(sources.length).toBeGreaterThan(15);
    expect(asPythonReadsThem(built)).toEqual(asPythonReadsThem(sources));
    expect(built.join("").length).toBeLessThan(0.9 * sources.join("").length);
  });

  test("have texts that are no documentation", () => {
    const program = 'def f():\n    """What\n    it does."""\n    return """a\nb"""  # c\n';
    expect(slim<string>("slim.withoutDocstrings(input)", program)).toBe(
      'def f():\n """\n"""\n return """a\nb"""  # c\n',
    );
  });
});

test("types keep their members and the texts on all but private and hidden ones", () => {
  const types =
    "/** A class. */\nexport declare class A {\n    /**\n     * Its name.\n     */\n    readonly name: string;\n    /** Nobody's. */\n    private static readonly b;\n    private c;\n    /**\n     * Ours. @hidden\n     */\n    protected d;\n}\n";
  expect(slim<string>("slim.withoutPrivateTexts(input)", types)).toBe(
    "/** A class. */\nexport declare class A {\n /**\n  * Its name.\n  */\n readonly name: string;\n private static readonly b;\n private c;\n protected d;\n}\n",
  );
});

test("of compiled code classes alone know their names, and all does what it did", () => {
  const helper = 'var d=Object.defineProperty;var i=(e,t)=>d(e,"name",{value:t,configurable:!0});';
  const given = `${helper}function a(x){return x+1}i(a,"plusOne");var b=i(x=>i(y=>x*y,"inner")(2),"twice"),c=class{static{i(this,"Kept")}};`;
  expect(slim<string>("slim.withoutFunctionNames(input)", given)).toBe(
    `${helper}function a(x){return x+1}var b=(x=>(y=>x*y)(2)),c=class{static{i(this,"Kept")}};`,
  );
});
