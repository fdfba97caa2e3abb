import type { Lab } from "../../lab/lab";
import { startLoad } from "../../lab/load";
import { sleep, waitUntil } from "../../lab/process";
import { twoHosts, virtualAddress } from "../lab/support/programs";
import { Project } from "../lab/support/project";
import { freshHosts } from "../lab/support/shared-lab";
import { httpStatus, poolOf, query, waitForPing } from "../lab/support/zato";
import { costOf, FaultReport } from "./support/fault-report";

/** A disk of its own, since hosts of the lab share one, under all that Zato and PostgreSQL write. */
const OWN_DISK = `
set -euo pipefail
install -d /small
mount -t tmpfs -o size=3g small /small
for folder in /opt /var/lib/postgresql /var/log; do
    cp -a "$folder" "/small/\${folder##*/}"
    mount --bind "/small/\${folder##*/}" "$folder"
done
systemctl restart systemd-journald
`;

const report = new FaultReport();

let lab: Lab;
let project: Project;

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2"], { equipped: true });
  await lab.execOrThrow("host1", OWN_DISK);
  project = new Project(lab).synth((stack) => void twoHosts(stack, lab));
  await project.apply();
  await lab.execOrThrow(
    "host1",
    "mount -o remount,size=$(($(df --output=used -k /small | tail -n 1) + 20000))k /small",
  );
});

afterAll(() => {
  report.print();
  project?.remove();
});

test("a full disk costs no request, and heals when there is room again", async () => {
  // GIVEN
  const url = `http://${virtualAddress(lab)}/zato/ping`;
  await waitForPing(lab, url);
  const load = await startLoad(lab, { url, seconds: 25 });
  await load.begun;

  // WHEN
  const filled = await lab.exec("host1", "cat /dev/zero >/small/filler");
  expect(filled.stderr).toContain("No space left on device");
  await sleep(10_000);
  const without = await lab.exec(
    "host1",
    "cd / && runuser -u postgres -- psql -qc 'create table filler as select generate_series(1, 100000)'",
  );
  // A connection fails already where PostgreSQL has to write the cache that it begins with.
  expect(without.stderr).toMatch(/No space left on device|could not write init file/);
  await lab.execOrThrow("host1", "rm /small/filler");
  const mended = Date.now();

  // THEN
  await waitUntil("both clusters", 60_000, async () => {
    const pool = await poolOf(lab, "host1");
    return pool === "host1 UP, host2 UP" ? undefined : pool;
  });
  await waitUntil("the ODB and web-admin", 60_000, async () => {
    const rows = await query(lab, "host1", "select name from cluster").catch(String);
    const admin = await httpStatus(lab, "http://127.0.0.1:8183/accounts/login/", "host1");
    return String(rows) === "host1" && admin === 200 ? undefined : `${String(rows)}, web-admin ${admin}`;
  });
  const healedAfter = (Date.now() - mended) / 1000;
  const cost = costOf(await load.finished);
  report.add("disk of a host full for 10 s", cost, healedAfter);
  expect(cost.lost).toBe(0);
  expect(await project.planStatus()).toBe(0);
});
