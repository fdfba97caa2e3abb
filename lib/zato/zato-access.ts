import { IConstruct } from "constructs";
import { IHost } from "../host";
import { requireSecret, Secret } from "../remote";
import { AppRegistry, ConstructError, KIND } from "../validation";
import { ClusterPaths } from "./cluster-paths";
import { ContentPlace } from "./cluster-roles";
import { placeOfOthers, requirePlaceOfOthers } from "./place-of-others";
import { ZatoRelease } from "./release";

/** Where the servers of a cluster are that somebody else has installed. */
export interface ZatoAccessOnHostProps {
  /** The machine to log in to. */
  readonly host: IHost;

  /** The folders of all servers of the cluster, as `zato create server` or `zato quickstart` has made them. */
  readonly servers: readonly string[];

  /**
   * The user that owns these folders, and as whom everything is done there. Never root.
   *
   * @default "zato"
   */
  readonly user?: string;

  /**
   * The folder of Zato's code, which has `bin/zato`.
   *
   * @default "/opt/zato/current"
   */
  readonly zato?: string;

  /**
   * The password of `admin.invoke`, from a variable.
   *
   * @default - it is read where Zato keeps it, by Zato's own code, and stays there
   */
  readonly adminInvokePassword?: Secret;
}

/** A program that runs containers, of which root may enter any. */
export enum ContainerEngine {
  /** Docker's own. */
  DOCKER = "docker",
  /** Podman, which needs no daemon. */
  PODMAN = "podman",
}

/** Where the servers are inside a container. */
export interface ZatoAccessInContainerProps extends ZatoAccessOnHostProps {
  /** The name of the container, which runs. */
  readonly container: string;

  /**
   * What runs it, as root.
   *
   * @default ContainerEngine.DOCKER
   */
  readonly engine?: ContainerEngine;
}

/** What has a folder of servers: no other cluster may. */
interface Taken {
  readonly place: string;
  readonly machine: object;
  readonly cluster: IConstruct;
}

const takenInApps = new AppRegistry<Taken>();

/** How Zato's own commands are reached in a cluster that somebody else has installed, so that content can be brought to it. */
export class ZatoAccess {
  /** On the machine itself, as the user that owns the servers. */
  public static onHost(props: ZatoAccessOnHostProps): ZatoAccess {
    return new ZatoAccess(props);
  }

  /** Inside a container, by `docker exec` or `podman exec` on the machine, as the user that owns the servers there. */
  public static inContainer(props: ZatoAccessInContainerProps): ZatoAccess {
    return new ZatoAccess(props, props.container, props.engine ?? ContainerEngine.DOCKER);
  }

  /** The machine to log in to. */
  public readonly host: IHost;

  private constructor(
    private readonly props: ZatoAccessOnHostProps,
    private readonly container = "",
    private readonly engine = "",
  ) {
    this.host = props.host;
  }

  /** @hidden */
  protected get [KIND](): "ZatoAccess" {
    return "ZatoAccess";
  }

  /**
   * Where content comes to, for one cluster.
   *
   * @throws ConstructError when a folder, the user or the container cannot be one, another cluster has the folder, or the
   * password is generated
   * @internal
   */
  public _placeFor(
    cluster: IConstruct,
    paths: ClusterPaths,
    told: ZatoRelease | undefined,
    parameters: Readonly<Record<string, string>>,
  ): ContentPlace {
    const { servers, user = "zato", zato = "/opt/zato/current", adminInvokePassword: password } = this.props;
    const { container, engine } = this;
    if (servers.length === 0) {
      throw new ConstructError(cluster, "there is no folder of a server", "give the folders of all its servers");
    }
    const place = { owner: user, container, engine, servers, zato, told };
    requirePlaceOfOthers(cluster, place);
    servers.forEach((folder) => this.take(cluster, folder));
    const { release, zato: code, ...where } = placeOfOthers(place);
    return {
      release: release!,
      zato: code!,
      paths,
      build: "",
      packages: "",
      serverPath: servers[0]!,
      servers: [],
      servicesAlone: true,
      parameters: { ...where, ...parameters },
      secrets: password === undefined ? undefined : { admin_invoke_password: requireGiven(cluster, password) },
    };
  }

  private take(cluster: IConstruct, folder: string): void {
    const taken = takenInApps.of(cluster);
    const { machine } = this.host.presence;
    const place = `${this.container}:${folder}`;
    const other = taken.find((one) => one.machine === machine && one.place === place);
    if (other) {
      throw new ConstructError(
        cluster,
        other.cluster === cluster
          ? `'${folder}' is named twice`
          : `'${folder}' is the folder of a server of ${other.cluster.node.path} already: one cluster would have two names`,
        "name each server once, and each cluster by one construct",
      );
    }
    taken.push({ place, machine, cluster });
  }
}

function requireGiven(cluster: IConstruct, password: Secret): Secret {
  if (requireSecret(cluster, "the password of admin.invoke", password).isGenerated) {
    throw new ConstructError(
      cluster,
      "the password of admin.invoke is to be generated, and the cluster has one already",
      "give Secret.fromVariable(…), or leave it out: it is read where Zato keeps it then",
    );
  }
  return password;
}
