import { KIND } from "../../validation";
import { Components3 } from "./zato-3/components";
import { Release32 } from "./zato-3/release-3-2";
import { Release33 } from "./zato-3/release-3-3";
import { Components4 } from "./zato-4/components";
import { Release41 } from "./zato-4/release-4-1";
import { ContentDialect } from "./content-dialect";
import { ReleaseBehavior } from "./release-behavior";
import { ReleaseComponents } from "./release-components";

/** Why a release that exists is not among those that the library builds. */
const REFUSED: Readonly<Record<string, string>> = {
  "3.1": "it was superseded by 3.2 and was never tried out",
  "3.0": "it needs Redis as its message broker and runs on a Python that no supported system has",
  "2.0": "it runs on Python 2",
};

/** A release of Zato, as far as it makes a difference to how a cluster is built. */
export class ZatoRelease {
  /** Zato 4.1. */
  public static readonly V4_1 = new ZatoRelease("4.1", new Release41(), new Components4());

  /** Zato 3.3. */
  public static readonly V3_3 = new ZatoRelease("3.3", new Release33(), new Components3());

  /** Zato 3.2. */
  public static readonly V3_2 = new ZatoRelease("3.2", new Release32(), new Components3());

  /**
   * The release of this name, `4.1`, `3.3` or `3.2`; a patch level behind it is ignored.
   *
   * @throws Error when the library does not know how to build the release
   */
  public static of(name: string): ZatoRelease {
    const series = /^\d+\.\d+/.exec(name)?.[0] ?? name;
    const release = known().find((known) => known.name === series);
    if (!release) {
      const reason = REFUSED[series] ?? "nothing is known of how it behaves";
      throw new Error(
        `zato ${name} cannot be built: ${reason}; use ${known()
          .map(({ name }) => name)
          .join(" or ")}`,
      );
    }
    return release;
  }

  /** The paths of Zato's own in any release: those of a cluster whose release nobody has told. @internal */
  public static get _allPrivatePaths(): string[] {
    return [...new Set(known().flatMap(({ _behavior }) => _behavior.privatePaths))];
  }

  /** Those that the library knows, the newest first. @internal */
  public static get _known(): readonly ZatoRelease[] {
    return known();
  }

  /**
   * Releases of which a cluster may be that somebody else has installed, and that takes content in one way: the one that was told, or else
   * those that the same scripts know as the one by default.
   *
   * @internal
   */
  public static _ofOthers(told?: ZatoRelease): readonly [ZatoRelease, ...ZatoRelease[]] {
    const { scripts } = ZatoRelease.V3_3._behavior;
    const [first, ...more] = told ? [told] : known().filter(({ _behavior }) => _behavior.scripts === scripts);
    return [first!, ...more];
  }

  /** How a cluster takes content that does not say so. @internal */
  public static get _contentByDefault(): ContentDialect {
    return ZatoRelease.V3_3._behavior.content;
  }

  private constructor(
    /** Its name: `3.3`. */
    public readonly name: string,
    /** @internal */ readonly _behavior: ReleaseBehavior,
    /** @internal */ readonly _components: ReleaseComponents,
  ) {}

  /** @hidden */
  protected get [KIND](): "ZatoRelease" {
    return "ZatoRelease";
  }
}

/** All that clusters are built of, the newest first. */
function known(): ZatoRelease[] {
  return [ZatoRelease.V4_1, ZatoRelease.V3_3, ZatoRelease.V3_2];
}
