import { IConstruct } from "constructs";
import { ConstructError, requireAbsolutePath, requireAll, requireEach } from "../validation";
import { ZatoRelease } from "./release";
import { HEALTH_PATH } from "./release/release-behavior";

/** Whose the servers of a cluster are that somebody else has installed, and where. */
interface PlaceOfOthers {
  readonly owner: string;
  readonly container: string;
  readonly engine: string;
  readonly servers: readonly string[];
  /** The folder of Zato's code. */
  readonly zato: string;
  /**
   * The release that they run.
   *
   * @default - one of those that take content as the one by default does
   */
  readonly told?: ZatoRelease;
}

/** What the scripts are told of it, with the name of their folder as `release`. */
export function placeOfOthers({ servers, told, ...place }: PlaceOfOthers): Record<string, string> {
  const releases = ZatoRelease._ofOthers(told);
  const [{ _behavior: behavior }] = releases;
  return {
    ...place,
    release: behavior.scripts,
    server_paths: servers.join("\n"),
    releases: releases.map(({ name }) => name).join("\n"),
    health_path: HEALTH_PATH,
    own_hot_deploy: behavior.content.keptIn,
  };
}

/**
 * Refuses what cannot be such a place.
 *
 * @throws ConstructError when a folder, the user or the container cannot be one
 */
export function requirePlaceOfOthers(
  scope: IConstruct,
  { owner, container, engine, servers, zato }: PlaceOfOthers,
): void {
  requireAll({
    servers: () => requireEach(servers, (folder) => requireAbsolutePath(scope, "the folder of a server", folder)),
    zato: () => requireAbsolutePath(scope, "the folder of Zato's code", zato),
    user: () => requireUser(scope, owner),
    container: () => engine !== "" && requireContainer(scope, container),
  });
}

function requireUser(cluster: IConstruct, user: string): void {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user) || user === "root") {
    throw new ConstructError(
      cluster,
      `the user that owns the servers is '${user}'`,
      "give the name of an account that is not root: nothing is done as root in what a server can write",
    );
  }
}

function requireContainer(cluster: IConstruct, container: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(container)) {
    throw new ConstructError(
      cluster,
      `'${container}' cannot be the name of a container`,
      "give it as 'docker ps' or 'podman ps' prints it",
    );
  }
}
