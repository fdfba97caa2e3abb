import { Construct, IConstruct } from "constructs";
import { ComponentState, HostRequirements, Quoting, RemoteComponent } from "../remote";
import { IContentTarget } from "../zato";
import { placeParameters } from "../zato/image-root";
import { contentDialectOf } from "./dialects";
import { ContentFiles } from "./content-files";
import { renderEnmasse } from "./enmasse-file";
import { renderExpected } from "./expected-content";
import { StagedFolder } from "./staged-folder";
import { ContentObject, SqlConnection } from "./objects";
import { requireServicesAlone } from "./services-alone";

/** What was declared; asked for at synth. */
interface ContentToDeploy {
  readonly objects: () => readonly ContentObject[];
  readonly files: ContentFiles;
  /** Whether objects and services that nobody declared are deleted, rather than reported. */
  readonly exclusiveContent: boolean;
}

/** The declared content in one cluster. */
export class ContentComponent extends RemoteComponent {
  private readonly cluster: IContentTarget;
  private readonly declared: ContentToDeploy;

  constructor(scope: Construct, id: string, cluster: IContentTarget, declared: ContentToDeploy) {
    super(scope, id, { host: cluster.host, kind: "content", name: `${cluster.clusterName}-content` });
    this.cluster = cluster;
    this.declared = declared;
    cluster.addContent(this);
  }

  protected override get whole(): IConstruct {
    return this.cluster;
  }

  protected override get label(): string {
    return "content";
  }

  protected override state(): ComponentState {
    const { cluster, declared } = this;
    const place = cluster.contentPlace;
    const { services, folder } = declared.files;
    const objects = declared.objects();
    if (place.servicesAlone) {
      requireServicesAlone(cluster, folder);
    }
    const dialect = contentDialectOf(cluster);
    const enmasse = renderEnmasse(objects, dialect);
    const lines = (entries: readonly string[]): string => entries.join("\n");
    return {
      parameters: {
        cluster: cluster.clusterName,
        release: place.release,
        ...placeParameters(place),
        // Verified again with other code of Zato, before the next cluster gets that.
        build: place.build,
        packages: place.packages,
        cluster_folder: place.paths.folder,
        staged_services: StagedFolder.SERVICES,
        hot_deploy: place.paths.hotDeploy,
        start_folders: lines([
          `${StagedFolder.MODULES} ${place.paths.modules}`,
          `${StagedFolder.USER_CONF} ${place.paths.userConf}`,
        ]),
        open_folders: `${StagedFolder.STATIC} ${place.paths.static}`,
        server_path: place.serverPath,
        servers: lines(place.servers.map(({ address, workers }) => `${address} ${workers}`)),
        services: lines(services.map(({ name, sha256 }) => `${name} ${sha256}`)),
        objects: String(objects.length),
        stages: String(enmasse.stages.length),
        owned: lines([...objects.map(({ key }) => key), ...services.map(({ name }) => `service/${name}`)].sort()),
        exclusive_content: String(declared.exclusiveContent),
        sql_connections: lines(
          objects
            .filter((object) => object.kind === "outconn_sql" && (object as SqlConnection).ping)
            .map(({ name }) => name),
        ),
        secret_variables: lines(Object.entries(enmasse.variables).map(([name, variable]) => `${name} ${variable}`)),
        secrets_versions: lines(Object.entries(enmasse.secrets).map(([name, secret]) => `${name} ${secret.version}`)),
        ...(enmasse.passwords.length > 0 && { passwords: lines(enmasse.passwords.map((words) => words.join(" "))) }),
        ...place.parameters,
      },
      files: {
        enmasse: enmasse.text,
        ...Object.fromEntries(enmasse.stages.map((text, index) => [`enmasse_${index}`, text])),
        expected: Quoting.JSON.tokens(JSON.stringify(renderExpected(objects, services, dialect), undefined, 1)),
      },
      secrets: { ...enmasse.secrets, ...place.secrets },
      folder: folder.path,
      triggers: folder.hashes,
    };
  }

  protected override requirements(): HostRequirements {
    // What is less than a MiB fits where anything does.
    return { content: Math.floor(this.declared.files.folder.size / 2 ** 20) };
  }
}
