import { FileProvisioner, LocalExecProvisioner, RemoteExecProvisioner, SSHProvisionerConnection } from "cdktf";
import { HostFacts } from "./host-facts";
import { HostScriptsAsset } from "./host-scripts-asset";
import { IRemoteHost } from "./remote-host";
import { terraformAddress } from "./terraform-address";

/** The folder of ours in the login directory of a host: scripts, and what is on its way to a component. */
export const STAGING = ".cdktf-zato";

/**
 * Where Terraform puts the script of a `remote-exec`: never `/tmp`, which hardened hosts mount noexec. Afterwards it
 * puts an empty file there; two levels down it cannot when the staging folder was removed.
 */
export const SCRIPT_PATH = `${STAGING}/run/%RAND%.sh`;

/** What makes that folder, put into the login directory when the folder may not be there yet. */
const BOOTSTRAP = ".cdktf-zato-${self.id}.sh";

/**
 * Terraform lets everybody on the host change the script of a `remote-exec` before it runs it (mode 0777). It does not for Windows,
 * where it runs `script_path` as a command once it has put its own script, which nobody runs here, into a file of that name.
 */
const RUN_BOOTSTRAP = `sh ${BOOTSTRAP}`;

/** Of a script that fails Terraform leaves everything on the host. */
const BEGINNING = ["set -o errexit", 'rm -f -- "$0"'];

/** `when` and `on_failure` are rendered by cdktf 0.21 though its types lack them. */
interface DestroyTime {
  readonly when: "destroy";
  readonly onFailure: "continue";
}

/** Rendered by cdktf 0.21 though its types lack it. */
interface Quiet {
  readonly quiet: true;
}

/**
 * Fails, and says that a host may be declared lost, where nothing listens at its address for so many seconds. There is no way to
 * find out behind a bastion, and no shell to do so on Windows.
 */
export function requireAnswer(
  host: HostFacts,
  connection: SSHProvisionerConnection,
  seconds: number,
): (LocalExecProvisioner & Quiet)[] {
  if (connection.bastionHost !== undefined || process.platform === "win32") {
    return [];
  }
  return [
    {
      type: "local-exec",
      command: `sh ${HostScriptsAsset.of(host).path}/reach.sh`,
      environment: {
        reach_host: host.hostName,
        reach_address: connection.host,
        reach_port: String(connection.port ?? 22),
        reach_seconds: String(seconds),
      },
      quiet: true,
    },
  ];
}

/** Makes the staging folder, the login user's alone, before anything is in it that others must not see or change. */
export function prepareStaging(connection: SSHProvisionerConnection): (FileProvisioner | RemoteExecProvisioner)[] {
  return [
    {
      type: "file",
      destination: BOOTSTRAP,
      content: [
        "set -e",
        `rm -f ${BOOTSTRAP}`,
        "umask 077",
        `mkdir -p ${STAGING}/run`,
        `chmod 0700 ${STAGING} ${STAGING}/run`,
        "",
      ].join("\n"),
    },
    {
      type: "remote-exec",
      connection: { ...connection, scriptPath: RUN_BOOTSTRAP, targetPlatform: "windows" },
      inline: [":"],
    },
  ];
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
export function runScript(host: IRemoteHost, script: string, ...words: string[]): RemoteExecProvisioner {
  // An apply that was killed, or somebody at a shell, may have left a host without our scripts.
  const requireScripts =
    `test -d ${STAGING}/scripts || { echo "this host has no scripts of cdktf-zato; ` +
    `run, by terraform or tofu: apply -replace='${terraformAddress(host.presence.preflight)}'"; exit 1; }`;
  return {
    type: "remote-exec",
    inline: [...BEGINNING, requireScripts, command(host.access.sudo, script, words)],
  };
}

/**
 * Lets a provisioner reach a host over a connection of its own.
 *
 * @param timeout within which that must be there, as Terraform writes it
 */
export function overOwnConnection<T extends FileProvisioner | RemoteExecProvisioner>(
  host: HostFacts,
  provisioner: T,
  timeout?: string,
): T {
  const connection = host.access.connection(host.address);
  return { ...provisioner, connection: { ...connection, timeout: timeout ?? connection.timeout } };
}

/** Puts staged scripts in the place of those that are there, which may be running, and runs the preflight of them. */
export function runPreflight(scripts: string, ...words: string[]): RemoteExecProvisioner {
  const link = `${STAGING}/${stagingName("link")}`;
  return {
    type: "remote-exec",
    inline: [
      ...BEGINNING,
      `rm -f '${RUN_BOOTSTRAP}'`,
      `ln -sfn ${scripts} ${link}`,
      `mv -fT ${link} ${STAGING}/scripts`,
      command(false, "preflight.sh", words),
    ],
  };
}

/** Runs a script of ours when its resource is destroyed; a host that cannot be reached does not stop the removal. */
export function runScriptOnDestroy(
  host: IRemoteHost,
  script: string,
  ...words: string[]
): RemoteExecProvisioner & DestroyTime {
  return { ...runScript(host, script, ...words), when: "destroy", onFailure: "continue" };
}

function command(sudo: boolean, script: string, words: string[]): string {
  return [...(sudo ? ["sudo", "-n"] : []), "bash", `${STAGING}/scripts/${script}`, ...words].join(" ");
}
