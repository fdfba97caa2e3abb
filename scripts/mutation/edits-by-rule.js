"use strict";

// Small faults in a shell script that are made by rule, a line at a time: a statement that is not run, a condition that never or
// always holds, a failure that is not noticed, a file that others may read.

const { spawnSync } = require("node:child_process");
const { isChosen } = require("./trial");

/** Words at the beginning of a line that are no command, or one whose absence only shows in what a person reads or waits for. */
const NO_STATEMENT =
  /^(if|then|else|elif|fi|for|while|until|do|done|case|esac|local|return|readonly|declare|set|shopt|trap|cd|exec|export|exit|shift|progress|say|sync|sleep|echo|printf|true|false|umask|continue|break)\b/;

/** What goes on in the next line. */
const GOES_ON = /(\\|\||&&|[({]|;;|\bthen|\bdo|\belse|'|")$/;

/** Each rule makes of a line that it fits another one, or nothing. */
const RULES = [
  // A statement.
  (line) =>
    /^\s+[a-z_]+( |$)/.test(line) && !NO_STATEMENT.test(line.trim()) && !/\(\) [({]/.test(line) && !GOES_ON.test(line)
      ? line.replace(/\S.*/, ":")
      : undefined,
  // A failure.
  (line) => (/\|\| fail\b/.test(line) ? line.replace("|| fail", "|| :") : undefined),
  // A condition, never.
  (line) =>
    /^\s*(if|elif) .*; then\b/.test(line) ? line.replace(/\b(if|elif) .*?; then\b/, "$1 false; then") : undefined,
  // The opposite of a condition.
  (line) => (/\bif ! /.test(line) ? line.replace("if ! ", "if ") : undefined),
  // A guard.
  (line) => (/^\s*\[ .* \] \|\| /.test(line) ? line.replace(/\[ .*? \] \|\| /, "true || ") : undefined),
  (line) => (/^\s*\[ .* \] && /.test(line) ? line.replace(/\[ .*? \] && /, "false && ") : undefined),
  // A mode.
  (line) => (/\b0(600|700|640|750)\b/.test(line) ? line.replace(/\b0(600|700|640|750)\b/, "0666") : undefined),
];

/**
 * The edits of a script by all rules, of which one in so many is chosen: always the same ones as long as the line, and those around
 * it, are the same.
 */
function editsByRule(file, text, oneIn) {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const before = lines[index - 1] ?? "";
    if (/^\s*(#|$)/.test(line) || /(\\|\||&&)$/.test(before)) {
      return [];
    }
    return RULES.map((rule) => rule(line)).flatMap((to) => {
      if (to === undefined || to === line || !isChosen(`${file}\n${before}\n${line}\n${to}`, oneIn)) {
        return [];
      }
      const edited = [...lines.slice(0, index), to, ...lines.slice(index + 1)].join("\n");
      return isShell(edited) ? [{ file, from: `${index + 1}: ${line.trim()}`, to: to.trim(), text: edited }] : [];
    });
  });
}

function isShell(text) {
  return spawnSync("bash", ["-n"], { input: text }).status === 0;
}

module.exports = { editsByRule };
