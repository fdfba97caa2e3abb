// A plugin of TypeDoc's: groups what the package exports by what one wants to do (reference-groups.json), calls modules as they are
// imported, and writes the reference's first page.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Application, Comment, CommentTag, Converter, RendererEvent } from "typedoc";

const GROUPS = JSON.parse(readFileSync(new URL("reference-groups.json", import.meta.url), "utf8"));
const PACKAGE = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).name;

/** What everything is in that no group names: props, attributes, roles. */
const OTHERS = "Types that these take and give";

/** Called by TypeDoc. */
export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue("defaultCategory", OTHERS);
    app.options.setValue("categoryOrder", [...GROUPS.map(({ title }) => title), OTHERS]);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children) {
      module.name = module.name === "index" ? PACKAGE : `${PACKAGE}/${module.name}`;
    }
    for (const { title, names } of GROUPS) {
      for (const name of names) {
        const found = exportsOf(project).find((reflection) => reflection.name === name);
        if (!found) {
          app.logger.error(`reference-groups.json names '${name}', which the package does not export`);
          continue;
        }
        for (const { comment } of [found, ...(found.signatures ?? [])]) {
          comment?.blockTags.push(new CommentTag("@category", [{ kind: "text", text: title }]));
        }
      }
    }
  });
  app.renderer.on(RendererEvent.END, ({ project, outputDirectory }) => {
    writeFileSync(path.join(outputDirectory, "index.md"), firstPage(project, app.renderer.router));
  });
}

function exportsOf(project) {
  return project.children.flatMap((module) => module.children ?? []);
}

function firstPage(project, router) {
  const reflections = exportsOf(project);
  const groups = GROUPS.map(({ title, names }) => {
    const rows = names.map((name) => {
      const reflection = reflections.find((one) => one.name === name);
      return `| [${name.replaceAll("_", "\\_")}](${router.getFullUrl(reflection)}) | ${firstSentence(reflection)} | \`${reflection.parent.name}\` |`;
    });
    return [`## ${title}`, "", "| name | what it is | import from |", "| --- | --- | --- |", ...rows, ""].join("\n");
  });
  const modules = project.children.map((module) => `- [\`${module.name}\`](${router.getFullUrl(module)})`);
  return [
    "# API reference",
    "",
    "Constructs and values by what one wants to do. What they take, and all other types, are on their pages.",
    "",
    ...groups,
    "## All exports by entry point",
    "",
    ...modules,
    "",
  ].join("\n");
}

function firstSentence(reflection) {
  const comment = reflection.comment ?? reflection.signatures?.[0]?.comment;
  const text = Comment.combineDisplayParts(comment?.summary ?? [])
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\s+/g, " ");
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text;
}
