import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hashFolder } from "../archive";
import type { Log } from "../log";
import { CACHE_DIR } from "../paths";
import { ensureGo } from "../prerequisites";
import { runOrThrow } from "../process";

/** The version that @cdktf/provider-null pins, exactly; `terraform init` takes the folder's word for it. */
const NULL_PROVIDER_VERSION = "3.2.4";
/** Terraform's own, which is asked whether it answers. */
const REGISTRY = "registry.terraform.io";
/** Where Terraform and OpenTofu look for a provider that names no registry. */
const REGISTRIES = [REGISTRY, "registry.opentofu.org"];
const REGISTRY_TIMEOUT_MS = 3_000;

const SOURCES = path.join(__dirname, "null-provider");
const FOLDER = path.join(CACHE_DIR, "terraform");
const MIRROR = path.join(FOLDER, "plugins");
const CLI_CONFIG = path.join(FOLDER, "offline.tfrc");
const BUILT_FROM = path.join(FOLDER, "null-provider.built-from");

/**
 * Makes sure that `terraform init` finds the null provider. Where the registry answers there is nothing to do; elsewhere
 * a test double is built once and served out of a folder.
 *
 * @returns the file for TF_CLI_CONFIG_FILE; `undefined` where the registry answers
 */
export async function ensureProviderMirror(log: Log): Promise<string | undefined> {
  if (await registryAnswers()) {
    return undefined;
  }
  const sources = [hashFolder(SOURCES), ...REGISTRIES].join(" ");
  if (!isBuiltFrom(sources)) {
    await ensureGo();
    log(`${REGISTRY} does not answer: building a test double of the null provider (once, about a minute)`);
    await build();
    writeFileSync(BUILT_FROM, sources);
  }
  writeFileSync(CLI_CONFIG, cliConfiguration());
  return CLI_CONFIG;
}

/** Whether Terraform can download providers, as far as one can tell without Terraform. */
export async function registryAnswers(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(REGISTRY_TIMEOUT_MS);
    const answer = await fetch(`https://${REGISTRY}/.well-known/terraform.json`, { signal });
    const services: unknown = await answer.json();
    return answer.ok && typeof services === "object" && services !== null && "providers.v1" in services;
  } catch {
    return false;
  }
}

async function build(): Promise<void> {
  const platform = (await runOrThrow("go", ["env", "GOOS", "GOARCH"])).trim().replace("\n", "_");
  rmSync(MIRROR, { recursive: true, force: true });
  // Built beside, so that a build that was stopped is not taken for a provider.
  const unfinished = path.join(FOLDER, "unfinished-provider");
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false" };
  await runOrThrow("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", unfinished, "."], {
    cwd: SOURCES,
    env,
  });
  for (const registry of REGISTRIES) {
    const folder = path.join(MIRROR, registry, "hashicorp/null", NULL_PROVIDER_VERSION, platform);
    mkdirSync(folder, { recursive: true });
    linkSync(unfinished, path.join(folder, `terraform-provider-null_v${NULL_PROVIDER_VERSION}_x5`));
  }
  rmSync(unfinished);
}

function isBuiltFrom(sources: string): boolean {
  return existsSync(MIRROR) && existsSync(BUILT_FROM) && readFileSync(BUILT_FROM, "utf8") === sources;
}

/** Without a block `direct` Terraform never asks the registry. */
function cliConfiguration(): string {
  return [
    "disable_checkpoint = true",
    "provider_installation {",
    "  filesystem_mirror {",
    `    path    = ${JSON.stringify(MIRROR)}`,
    `    include = ${JSON.stringify(REGISTRIES.map((registry) => `${registry}/*/*`))}`,
    "  }",
    "}",
    "",
  ].join("\n");
}
