import { Carried } from "./carrier";
import { HostFacts } from "./host-facts";
import { requireAnswer } from "./provisioners";

/** Seconds that a host gets to answer which is there already. */
const ANSWER_SECONDS = 15;

/**
 * What a resource that brings something to a host is rendered from. Of a lost host all of them stay as they are; one
 * that is made meanwhile brings nothing, and differs from what it is when the host is back.
 *
 * @param answersWithin seconds after which a host that does not answer is given up
 */
export function carryTo(host: HostFacts, carried: Carried, answersWithin = ANSWER_SECONDS): Carried {
  const { triggers, provisioners = [] } = carried;
  if (host.isLost) {
    return { ...carried, triggers: { ...triggers, host_lost: "true" }, provisioners: [], ignoresChanges: true };
  }
  const connection = host.access.connection(host.address);
  return {
    ...carried,
    connection,
    provisioners: [...requireAnswer(host, connection, answersWithin), ...provisioners],
  };
}
