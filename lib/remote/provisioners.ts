import { FileProvisioner, RemoteExecProvisioner, SSHProvisionerConnection } from "cdktf";
import type { RemoteHost } from "./remote-host";
import { terraformAddress } from "./terraform-address";

/** The folder of ours in the login directory of a host: scripts, and what is on its way to a component. */
export const STAGING = ".cdktf-zato";

/**
 * Where Terraform puts the script of a `remote-exec`: never `/tmp`, which hardened hosts mount noexec. Afterwards it
 * puts an empty file there; two levels down it cannot when the staging folder was removed.
 */
export const SCRIPT_PATH = `${STAGING}/run/%RAND%.sh`;

/** Where it does so before the folder exists. */
const BOOTSTRAP_SCRIPT_PATH = "./.cdktf-zato-${self.id}.sh";

/** `when` and `on_failure` are rendered by cdktf 0.21 though its types lack them. */
interface DestroyTime {
  readonly when: "destroy";
  readonly onFailure: "continue";
}

/** Makes the staging folder, readable by the login user alone. */
export function prepareStaging(connection: SSHProvisionerConnection): RemoteExecProvisioner {
  return {
    type: "remote-exec",
    connection: { ...connection, scriptPath: BOOTSTRAP_SCRIPT_PATH },
    inline: ["set -o errexit", "umask 077", `mkdir -p ${STAGING}/run`],
  };
}

/** What a resource calls what it stages: two applies at the same time would take each other's away otherwise. */
export function stagingName(name: string): string {
  return `${name}.\${self.id}`;
}

/** Puts a text into the staging folder. */
export function stageText(name: string, content: string): FileProvisioner {
  return { type: "file", content, destination: `${STAGING}/${name}` };
}

/** Puts a folder into the staging folder, where it must not exist yet. */
export function stageFolder(name: string, source: string): FileProvisioner {
  return { type: "file", source, destination: `${STAGING}/${name}` };
}

/** Runs a script of ours. All arguments are words of our own making, checked by `requireName` at the latest. */
export function runScript(host: RemoteHost, script: string, ...words: string[]): RemoteExecProvisioner {
  // An apply that was killed, or somebody at a shell, may have left a host without our scripts.
  const requireScripts =
    `test -d ${STAGING}/scripts || { echo "this host has no scripts of cdktf-zato; ` +
    `run: terraform apply -replace='${terraformAddress(host.preflight.resource)}'"; exit 1; }`;
  return {
    type: "remote-exec",
    inline: ["set -o errexit", requireScripts, command(host.access.sudo, script, words)],
  };
}

/** Puts staged scripts in the place of those that are there, which may be running, and runs the preflight of them. */
export function runPreflight(scripts: string, ...words: string[]): RemoteExecProvisioner {
  const link = `${STAGING}/${stagingName("link")}`;
  return {
    type: "remote-exec",
    inline: [
      "set -o errexit",
      `rm -f ${BOOTSTRAP_SCRIPT_PATH}`,
      `ln -sfn ${scripts} ${link}`,
      `mv -fT ${link} ${STAGING}/scripts`,
      command(false, "preflight.sh", words),
    ],
  };
}

/** Runs a script of ours when its resource is destroyed; a host that cannot be reached does not stop the removal. */
export function runScriptOnDestroy(
  host: RemoteHost,
  script: string,
  ...words: string[]
): RemoteExecProvisioner & DestroyTime {
  return { ...runScript(host, script, ...words), when: "destroy", onFailure: "continue" };
}

function command(sudo: boolean, script: string, words: string[]): string {
  return [...(sudo ? ["sudo", "-n"] : []), "bash", `${STAGING}/scripts/${script}`, ...words].join(" ");
}
