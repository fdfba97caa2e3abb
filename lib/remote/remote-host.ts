import { HostFacts } from "./host-facts";
import { HostPresence } from "./host-presence";

/** A machine that components are installed on. */
export interface IRemoteHost extends HostFacts {
  /** What there is of ours on it: what `establishOn()` gives, called once all else is known of the host. */
  readonly presence: HostPresence;
}

/** What tells the machine from any other, however it is reached: its host key, without the comment. */
export function hostKeyOf({ access }: HostFacts): string {
  return access.hostKey.split(" ").slice(0, 2).join(" ");
}
