import path from "node:path";
import fc from "fast-check";
import { configsInFront, configsOfCluster } from "./support/configs";
import { complaintsAbout, newCertificate, newFolder, removeFolder } from "./support/haproxy";

const folder = newFolder();
const files = { certificate: newCertificate(folder), socket: path.join(folder, "socket") };

afterAll(() => removeFolder(folder));

// A warning of one release is an error of a later one.
test.each([
  ["in front of the clusters", configsInFront(files)],
  ["of a cluster", configsOfCluster(files)],
])("whatever is declared of the HAProxy %s, it has nothing to complain of, not by a warning either", (_, configs) => {
  fc.assert(
    fc.property(configs, (config) => {
      expect(complaintsAbout(folder, config)).toBe("");
    }),
    { numRuns: 20, endOnFailure: true },
  );
});
