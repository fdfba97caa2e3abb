import type { Settings } from "./program";

/** Something that deploys, as often as it is asked to. */
export interface Deployer {
  readonly name: string;

  /** Makes ready what a deploy with these settings needs on the machine that deploys. */
  prepare(settings: Settings): Promise<void>;

  /** Deploys what was prepared last; says whether something was changed. */
  deploy(): Promise<boolean>;

  /** The password of admin.invoke on a host. */
  adminPassword(host: string): Promise<string>;

  /** Removes what {@link prepare} has made. */
  remove(): void;
}
