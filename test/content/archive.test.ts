import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/bash";
import { newDeployment, newStack } from "../support/stack";

const folder = temporaryFolder();

const SERVICE =
  "from zato.server.service import Service\n\nclass GetOrder(Service):\n    def handle(self):\n        pass\n";

test("services come out of an archive", () => {
  // GIVEN
  writeFileSync(join(folder(), "orders.py"), SERVICE);
  const archive = join(folder(), "services.tar.gz");
  spawnSync("tar", ["-czf", archive, "-C", folder(), "orders.py"]);
  const zato = newDeployment(newStack());

  // WHEN
  zato.content.addServices(archive);

  // THEN
  expect(zato.content._files().withServices.map(({ services }) => services)).toEqual([["orders.get-order"]]);
});

test("fails with an archive that tar cannot read", () => {
  const archive = join(folder(), "services.tar.gz");
  writeFileSync(archive, "no archive");
  expect(() => newDeployment(newStack()).content.addServices(archive)).toThrow(
    /stack\/zato\/content: '.*services\.tar\.gz' cannot be unpacked/,
  );
});
