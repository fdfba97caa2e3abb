import { DeclaredSsh } from "../document";
import { FRAMEWORK } from "../framework";
import { ZatoRelease } from "../zato";
import { ExportedCluster } from "./export-answer";
import { AskedSecret, ExportedContent, SERVICES } from "./export-content";

/** Where somebody has said that a cluster is. */
export interface ClusterPlace {
  /** The host, as it was typed. */
  readonly typed: string;
  readonly ssh: DeclaredSsh;
  /** The folders of its servers, where somebody has named them. */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly zato?: string;
  readonly container?: string;
  readonly engine?: string;
}

/** What is declared as one cluster. */
export interface ProgramCluster {
  readonly place: ClusterPlace;
  readonly cluster: ExportedCluster;
}

/** The names of the files that a project gets. */
export const ENMASSE_FILE = "enmasse.yaml";

/** The name that a program gives to the cluster of that number, from 0 on. */
export function clusterName(number: number): string {
  return number < 26 ? String.fromCharCode(97 + number) : `c${number + 1}`;
}

/** The program that declares clusters as they are, and what they run. Whatever they are called, it is data in it. */
export function renderProgram(clusters: readonly ProgramCluster[], content: ExportedContent): string {
  const { name, library } = FRAMEWORK;
  const hosts = [...new Set(clusters.map(hostOf))];
  const names = clusters.map((_, number) => clusterName(number));
  const hasObjects = Object.keys(content.sections).length > 0;
  const hasSecrets = content.secrets.length > 0;
  const firstScheduler = clusters.findIndex(({ cluster }) => cluster.schedulerRuns);
  const imports = [
    ...(clusters.some(({ place }) => place.engine) ? ["ContainerEngine"] : []),
    ...(hasObjects ? ["EnmasseObjects"] : []),
    "ExistingZatoCluster",
    "HighAvailabilityDeployment",
    "PhysicalHost",
    ...(hasSecrets ? ["Secret"] : []),
    ...(clusters.some(({ place }) => place.ssh.keyFile) ? ["SshKey"] : []),
    "ZatoAccess",
    ...(clusters.some(({ cluster }) => releaseToTell(cluster)) ? ["ZatoRelease"] : []),
    "type ICluster",
  ];
  const lines = [
    ...(hasObjects || content.files.length > 0 ? ['import { join } from "node:path";'] : []),
    `import { App, TerraformStack${hasSecrets ? ", TerraformVariable" : ""} } from "${name}";`,
    `import { ${imports.join(", ")} } from "${library}";`,
    'import { Construct } from "constructs";',
    "",
    "class Production extends TerraformStack {",
    "  constructor(scope: Construct, id: string) {",
    "    super(scope, id);",
    ...hosts.map((host, number) => {
      const { place, cluster } = clusters.find((one) => hostOf(one) === host)!;
      return `    const host${number + 1} = new PhysicalHost(this, "host${number + 1}", ${hostProps(place.ssh, cluster)});`;
    }),
    ...clusters.flatMap((one, number) => {
      const isShared = clusters.some((other) => other !== one && hostOf(other) === hostOf(one));
      const props = [
        `address: ${text(one.place.ssh.address)}`,
        ...(one.cluster.port === undefined ? [] : [`port: ${one.cluster.port}`]),
        ...releaseProps(one.cluster),
        ...(number === firstScheduler ? ["schedulerRuns: true"] : []),
        ...(isShared
          ? [`failureDomain: ${text(names[number]!)} /* on one machine with another one, and lost together */`]
          : []),
        `access: ${access(one, `host${hosts.indexOf(hostOf(one)) + 1}`)}`,
      ];
      return [
        `    // ${text(one.place.typed)}, Zato ${one.cluster.release.replace(/[^\d.]/g, "")}${answersNowhere(one)}`,
        `    const ${names[number]} = new ExistingZatoCluster(this, "${names[number]}", {`,
        ...props.map((prop) => `      ${prop},`),
        "    });",
      ];
    }),
    '    const zato = new HighAvailabilityDeployment<ICluster>(this, "zato", {',
    `      clusters: [${names.join(", ")}],`,
    "      // loadBalancer: what is to stand in front of them; docs/load-balancers.md says which there are",
    "    });",
    ...(content.files.length > 0 ? [`    zato.content.addServices(join(__dirname, "${SERVICES}"));`] : []),
    ...(hasObjects ? contentLines(content.secrets) : []),
    "  }",
    ...(hasSecrets
      ? [
          "",
          "  /** What each run gets as TF_VAR_<name>; it is kept out of Terraform's state. */",
          "  private secret(name: string): Secret {",
          '    return Secret.fromVariable(new TerraformVariable(this, name, { type: "string" }));',
          "  }",
        ]
      : []),
    "}",
    "",
    "const app = new App();",
    'new Production(app, "production");',
    "app.synth();",
    "",
  ];
  return lines.join("\n");
}

/** The line by which the program asks for a secret. */
export function secretLine({ variable, field, key }: AskedSecret): string {
  return `${variable}: this.secret(${text(variable)}), // the ${field.replaceAll(/\W/g, "_")} of ${text(key)}`;
}

function contentLines(secrets: readonly AskedSecret[]): string[] {
  const file = `join(__dirname, "${ENMASSE_FILE}")`;
  return secrets.length === 0
    ? [`    zato.content.addEnmasseObjects(EnmasseObjects.fromFile(${file}));`]
    : [
        "    zato.content.addEnmasseObjects(",
        `      EnmasseObjects.fromFile(${file}, {`,
        "        secrets: {",
        ...secrets.map((secret) => `          ${secretLine(secret)}`),
        "        },",
        "      }),",
        "    );",
      ];
}

/** The one that a cluster is of, unless it is one of those that nobody has to tell. */
function releaseToTell({ release }: ExportedCluster): ZatoRelease | undefined {
  const told = ZatoRelease.of(release);
  return ZatoRelease._ofOthers().includes(told) ? undefined : told;
}

function releaseProps(cluster: ExportedCluster): string[] {
  const told = releaseToTell(cluster);
  return told ? [`release: ZatoRelease.of(${text(told.name)})`] : [];
}

function answersNowhere({ cluster }: ProgramCluster): string {
  return cluster.port === undefined
    ? "; it answers at none of the ports that were tried: say by 'port' where it does"
    : "";
}

function access({ place, cluster }: ProgramCluster, host: string): string {
  const { user, zato, container, engine } = place;
  const props = [
    `host: ${host}`,
    ...(container === undefined ? [] : [`container: ${text(container)}`]),
    ...(engine === undefined ? [] : [`engine: ContainerEngine.${engine.toUpperCase()}`]),
    `servers: [${cluster.folders.map(text).join(", ")}]`,
    ...(user === undefined ? [] : [`user: ${text(user)}`]),
    ...(zato === undefined ? [] : [`zato: ${text(zato)}`]),
  ];
  return `ZatoAccess.${container === undefined ? "onHost" : "inContainer"}({ ${props.join(", ")} })`;
}

function hostProps(ssh: DeclaredSsh, { cpus, hostKeys: [hostKey = ssh.hostKey] }: ExportedCluster): string {
  const { address, port, user, keyFile, bastion } = ssh;
  const login = [
    `user: ${text(user)}`,
    ...portOf(port),
    `hostKey: ${text(hostKey)}`,
    ...(keyFile === undefined ? [] : [`key: SshKey.file(${text(keyFile)})`]),
    ...(bastion === undefined
      ? []
      : [
          `bastion: { address: ${text(bastion.address)}, ${portOf(bastion.port)
            .map((one) => `${one}, `)
            .join("")}user: ${text(bastion.user)}, hostKey: ${text(bastion.hostKey)} }`,
        ]),
  ];
  return `{\n      address: ${text(address)},\n      cpus: ${cpus},\n      ssh: { ${login.join(", ")} },\n    }`;
}

function portOf(port: number): string[] {
  return port === 22 ? [] : [`port: ${port}`];
}

function hostOf({ place: { ssh } }: ProgramCluster): string {
  return `${ssh.address} ${ssh.port}`;
}

/** A text in TypeScript, or in a comment on one line. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
