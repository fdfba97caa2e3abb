import { DataRemoval, HaproxyLoadBalancer, HighAvailabilityDeployment, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { sleep } from "../../lab/process";
import { labHost } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, invoke, logIn, secretOf } from "./support/zato";

const PING = "zato/api/invoke/zato.ping";

/** Ways to write the path of Zato's own API, as it is, encoded, in disguise, by the status with which balancers refuse them. */
const DISGUISES: Readonly<Record<number, readonly string[]>> = {
  403: [
    `/${PING}`,
    `/%7Aato/api/invoke/zato.ping`,
    `/%7a%61%74%6F/api/invoke/zato.ping`,
    `/zato%2Fapi%2Finvoke%2Fzato.ping`,
    `//${PING}`,
    `///${PING}`,
    `/ZATO/api/invoke/zato.ping`,
    `/Zato/Api/Invoke/zato.ping`,
    `/zato/admin/invoke`,
    `/ide-deploy`,
    `/IDE-deploy`,
  ],
  400: [
    `/./${PING}`,
    `/%2e/${PING}`,
    `/user/../${PING}`,
    `/user/%2e%2e/${PING}`,
    `/zato/ping/../api/invoke/zato.ping`,
    `/zato/ping%2f..%2fapi/invoke/zato.ping`,
    `/zato/jwt/../api/invoke/zato.ping`,
    `/zato/jwt/%2e%2e/api/invoke/zato.ping`,
  ],
};

/** Encoded twice, which Zato sees through as little as the balancers do: a path that nobody has. */
const ENCODED_TWICE = `/%257Aato/api/invoke/zato.ping`;

/**
 * Request targets that HAProxy sees no path in, or none that it can decode. Python sees one in the first three. They are
 * sent as they are, by curl to `/`.
 */
const PATHLESS = [
  "a:/zato/admin/invoke",
  "http:/zato/jwt/log-in",
  "x-y.z:/ide-deploy",
  "1a://x/zato/admin/invoke",
  "x/zato/admin/invoke",
  "zato/admin/invoke",
  "/zato/admin/invoke%zz",
  "/zato/admin/invoke%",
];

/** What only the host itself reaches: servers, their workers, web-admin, the scheduler, the load-balancer's agent, the ODB. */
const PRIVATE_PORTS = [17010, 17011, 17050, 17051, 17060, 17061, 8183, 31530, 20151, 5432];

let lab: Lab;
let project: Project;
let loadBalancer: string;
let edge: string;

beforeAll(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  project = new Project(lab).synth((stack) => {
    const hosts = [labHost(stack, lab, "host1")];
    new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.archive(lab.archive),
      zatoLoadBalancer: { openPaths: ["/zato/jwt/"] },
      // On the host of a cluster, so that requests reach the cluster's load-balancer from a local address.
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, openPaths: ["/zato/jwt/"] }),
      dataRemoval: DataRemoval.DROP,
    });
  });
  await project.apply();
  edge = `http://${lab.host("host1").address}`;
  loadBalancer = `${edge}:11223`;
});

afterAll(() => project?.remove());

describe("from another host", () => {
  test.each(["load-balancer", "edge"])(
    "Zato's own API is refused by the %s itself, however its path is written",
    async (which) => {
      const site = which === "edge" ? edge : loadBalancer;
      const statusesOf = (paths: readonly string[]): Promise<[string, number][]> =>
        Promise.all(paths.map(async (path) => [path, await httpStatus(lab, `${site}${path}`)]));
      for (const [status, paths] of Object.entries(DISGUISES)) {
        expect(await statusesOf(paths)).toEqual(paths.map((path) => [path, Number(status)]));
      }
      const absolute = ["--request-target", `${site}/${PING}`];
      expect(await httpStatus(lab, `${site}/`, "client", ...absolute)).toBe(403);
      expect(await httpStatus(lab, `${site}${ENCODED_TWICE}`)).toBe(404);
    },
  );

  test.each(["load-balancer", "edge"])("the %s takes no request whose path it cannot read", async (which) => {
    const site = which === "edge" ? edge : loadBalancer;
    const attempts = PATHLESS.flatMap((target) =>
      // With HTTP/1.1 HAProxy compares some of them with the header `Host`; without that there is nothing to compare.
      ["--http1.1", "--http1.0"].map((version) =>
        httpStatus(lab, `${site}/`, "client", version, "--header", "Host:", "--request-target", target),
      ),
    );
    expect([...new Set(await Promise.all(attempts))]).toEqual([400]);
  });

  test("nobody uploads code", async () => {
    // GIVEN
    const code = Buffer.from("open('/opt/zato/env/uploaded', 'w').close()").toString("base64");
    const upload = { cluster_id: 1, payload: code, payload_name: "uploaded.py" };
    const data = ["--request", "POST", "--data", JSON.stringify(upload)];

    // WHEN
    const attempts = [loadBalancer, edge].flatMap((site) =>
      [`/zato/api/invoke/zato.service.upload-package`, `/%7Aato/api/invoke/zato.service.upload-package`].map((path) =>
        httpStatus(lab, `${site}${path}`, "client", ...data),
      ),
    );

    // THEN
    expect(await Promise.all(attempts)).toEqual([403, 403, 403, 403]);
    await sleep(2_000);
    expect((await lab.exec("host1", "ls /opt/zato/env/uploaded")).status).not.toBe(0);
  });

  test("no port answers but those of the load-balancers", async () => {
    const { address } = lab.host("host1");
    const reachable = async (port: number): Promise<boolean> =>
      (await lab.exec("client", ["nc", "-z", "-w", "2", address, String(port)])).status === 0;
    const open = await Promise.all([...PRIVATE_PORTS, 11223, 80].map(async (port) => [port, await reachable(port)]));
    expect(open.filter(([, isOpen]) => isOpen)).toEqual([
      [11223, true],
      [80, true],
    ]);
  });

  test("the health check answers, and so does a path that was opened", async () => {
    for (const site of [loadBalancer, edge]) {
      expect(await httpStatus(lab, `${site}/zato/ping`)).toBe(200);
      // 4xx of Zato itself: there was no token in the request.
      expect(await httpStatus(lab, `${site}/zato/jwt/log-in`)).not.toBe(403);
    }
  });

  test("a channel of the user's own works", async () => {
    await invoke(lab, "host1", "zato.http-soap.create", {
      cluster_id: 1,
      name: "My channel",
      url_path: "/my/channel",
      connection: "channel",
      transport: "plain_http",
      service: "pub.zato.ping",
      data_format: "json",
      is_active: true,
    });
    for (const site of [loadBalancer, edge]) {
      expect(await httpStatus(lab, `${site}/my/channel`)).toBe(200);
    }
  });
});

describe("on the host itself", () => {
  test("the channel that lets anybody run anything is gone from the servers", async () => {
    for (const port of [17010, 17011]) {
      expect(await httpStatus(lab, `http://127.0.0.1:${port}/${PING}`, "host1")).toBe(404);
      expect(await httpStatus(lab, `http://127.0.0.1:${port}/zato/ping`, "host1")).toBe(200);
    }
  });

  test("web-admin's pages work, which ask the servers through the load-balancer", async () => {
    const password = await secretOf(lab, "host1", "web_admin_password");
    const { status, pages } = await logIn(lab, "host1", password, "/zato/service/", "/zato/outgoing/sql/");
    expect(status).toBe(302);
    expect(pages.match(/^200$/gm)).toHaveLength(2);
    expect(pages).toContain("<li>pub.zato.ping</li>");
  });
});
