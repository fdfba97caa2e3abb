import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** What somebody has on a host. */
interface Claim {
  readonly owner: IConstruct;
  /** Whose parts may have theirs inside. */
  readonly whole: IConstruct;
}

/** What several have in common on a host. */
interface Shared {
  readonly owner: IConstruct;
  /** What has been declared of it. */
  readonly declared: string;
}

/**
 * The units, files and folders of a host that are somebody's. Names of different kinds end up in the same places (a balancer's unit is
 * `zato-NAME.service`, a server's `zato-CLUSTER-NAME.service`), so it is the places that are compared, not the names.
 */
export class ClaimRegistry {
  private readonly claims = new Map<string, Claim>();
  private readonly reserved = new Set<string>();
  private readonly shared = new Map<string, Shared>();

  /**
   * Notes that a construct has units, by their names, and files and folders, by their paths, to itself.
   *
   * @param owner who has them
   * @param whole what the owner is a part of: parts of one whole may have folders inside each other's
   * @throws ConstructError when one of them is, or lies in, or contains what somebody else has
   */
  public claim(owner: IConstruct, whole: IConstruct, places: readonly string[]): void {
    for (const place of places) {
      const taken = [...this.claims].find(
        ([other, claim]) =>
          place === other || (claim.whole !== whole && (isInside(place, other) || isInside(other, place))),
      );
      if (taken) {
        throw new ConstructError(
          owner,
          `${place} on the host would be that of ${taken[1].owner.node.path} too`,
          "name one of the two differently: names become those of systemd units and folders",
        );
      }
    }
    for (const place of places) {
      this.claims.set(place, { owner, whole });
    }
  }

  /**
   * Keeps places free of others for something that is not there.
   *
   * @throws ConstructError as {@link claim} does
   */
  public reserve(owner: IConstruct, places: readonly string[]): void {
    this.claim(owner, owner, places);
    places.forEach((place) => this.reserved.add(place));
  }

  /**
   * Notes that a construct has something in common with whoever declares the same of it.
   *
   * @param what as messages say it: `the package zato`
   * @param declared what else would be something else: `version 3.3`
   * @throws ConstructError when somebody has declared something else of it
   */
  public share(owner: IConstruct, what: string, declared: string): void {
    const other = this.shared.get(what) ?? { owner, declared };
    if (![declared, other.declared].some((text) => Token.isUnresolved(text)) && declared !== other.declared) {
      throw new ConstructError(
        owner,
        `${what} on the host would be of ${declared}, and of ${other.declared} for ${other.owner.node.path}`,
        "declare the same for both, since a host has it once, or put one of the two on another host",
      );
    }
    this.shared.set(what, other);
  }

  /** The units among what is claimed, by their names. */
  public units(): string[] {
    return [...this.claims.keys()].filter((place) => !place.startsWith("/") && !this.reserved.has(place)).sort();
  }
}

function isInside(place: string, folder: string): boolean {
  return folder.startsWith("/") && place.startsWith(`${folder}/`);
}
