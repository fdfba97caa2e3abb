import fc from "fast-check";
import { configsInFront, configsOfCluster } from "../haproxy/support/configs";

const files = { certificate: "/etc/zato/certificate.pem", socket: "/run/zato/socket" };

// To HAProxy from 3.3 on a front end and a back end of one name are an error.
test.each([
  ["in front of the clusters", configsInFront(files)],
  ["of a cluster", configsOfCluster(files)],
])("whatever is declared of the HAProxy %s, no two front or back ends have one name", (_, configs) => {
  fc.assert(
    fc.property(configs, (config) => {
      const names = [...config.matchAll(/^(?:frontend|backend|listen) (\S+)$/gm)].map(([, name]) => name);
      expect(names.length).toBeGreaterThan(1);
      expect(names.filter((name, position) => names.indexOf(name) !== position)).toEqual([]);
    }),
  );
});
