import { IConstruct } from "constructs";
import { checkAtSynth, ConstructError } from "../validation";

/** What is ours on each host, and goes with the last component. */
const OF_THE_LIBRARY = ["/etc/cdktf-zato", "/var/lib/cdktf-zato", "/var/log/cdktf-zato", "/run/cdktf-zato"];

/** The folders of a machine that components take along when they are removed, whatever lies in them. */
export class TakenFolders {
  private readonly folders = new Map<string, string>();

  /** Notes that folders go with a component, by its name on the host. */
  public add(component: string, folders: readonly string[]): void {
    folders.forEach((folder) => this.folders.set(folder, component));
  }

  /** All of them, a line `COMPONENT FOLDER` each. */
  public lines(): string[] {
    return [...this.folders].map(([folder, component]) => `${component} ${folder}`).sort();
  }

  /**
   * Refuses, at synth, files or folders of the user's own that would be taken along.
   *
   * @param paths asked for at synth
   * @param also further folders that they must not lie in
   */
  public keepOut(scope: IConstruct, what: string, paths: () => readonly string[], also: readonly string[] = []): void {
    checkAtSynth(scope, () =>
      paths().flatMap((path) =>
        [...this.folders.keys(), ...OF_THE_LIBRARY, ...also]
          .filter((folder) => `${path}/`.startsWith(`${folder}/`))
          .slice(0, 1)
          .map(
            (folder) =>
              new ConstructError(
                scope,
                `${what} is '${path}', and all that is in ${folder} goes when components are removed from the host`,
                "keep it in another folder",
              ),
          ),
      ),
    );
  }
}
