import type { Lab } from "../../../lab/lab";
import { startLoad, type LoadOptions } from "../../../lab/load";
import { describeLoad, type LoadRequest } from "../../../lab/load-summary";

/** A request is on its way long enough for every restart to meet some. */
export const SLOW_SERVICE = `
from time import sleep
from zato.server.service import Service

class Work(Service):
    name = "rolling.work"

    def handle(self):
        sleep(0.3)
        self.response.payload = "done"
`;

/** Does something while clients send requests, all of which must be answered. */
export async function underLoad<T>(
  lab: Lab,
  requests: Omit<LoadOptions, "seconds">,
  action: () => Promise<T>,
): Promise<T> {
  return underLoadWithCut(lab, requests, action);
}

/**
 * The same while a machine's power is cut by what the action is given: no network brings back a request that was on its
 * way through that machine when it went, so these alone may be lost.
 */
export async function underLoadWithCut<T>(
  lab: Lab,
  requests: Omit<LoadOptions, "seconds">,
  action: (powerCut: (host: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const load = await startLoad(lab, { seconds: 300, ...requests });
  await load.begun;
  let begun = Infinity;
  const result = await action(async (host) => {
    await lab.disconnect(host);
    begun = Date.now() / 1000;
    await lab.powerCut(host);
  });
  load.stop();
  const all = await load.finished;
  console.log(`${expect.getState().currentTestName}: ${describeLoad(all)}`);
  const wasOnItsWay = (request: LoadRequest) => request.start < begun && request.start + request.seconds >= begun;
  expect(all.where((request) => !wasOnItsWay(request)).failedByKind).toEqual({});
  return result;
}
