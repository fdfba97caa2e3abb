import type { Lab } from "../../../lab/lab";
import { startLoad, type LoadOptions } from "../../../lab/load";
import { describeLoad } from "../../../lab/load-summary";

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
  const load = await startLoad(lab, { seconds: 300, ...requests });
  await load.begun;
  const result = await action();
  load.stop();
  const summary = await load.finished;
  console.log(`${expect.getState().currentTestName}: ${describeLoad(summary)}`);
  expect(summary.failedByKind).toEqual({});
  return result;
}
