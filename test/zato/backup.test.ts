import { join } from "node:path";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import {
  BackupDelivery,
  BackupOptions,
  BackupSchedule,
  HighAvailabilityDeployment,
  HighAvailabilityDeploymentProps,
  ZatoInstallation,
} from "cdktf-zato";
import { anyCodePoint } from "../support/arbitraries";
import { newCluster, newDeployment, newStack } from "../support/stack";
import { Template } from "../support/template";

const SCRIPT = join(__dirname, "..", "..", "scripts", "lint-shell.sh");

function withBackup(backup: BackupOptions): Template {
  const stack = newStack();
  newCluster(stack, { backup });
  return Template.synth(stack);
}

const told = (backup: BackupOptions): Record<string, string> => withBackup(backup).manifest("a/backup").parameters;

test("there is none unless it is declared", () => {
  expect(newCluster(newStack()).backup).toBeUndefined();
});

test("by default: one a day, seven of them, in a folder of the cluster's name, handed to nobody", () => {
  // GIVEN
  const stack = newStack();
  const cluster = newCluster(stack, { clusterName: "Billing", backup: {} });
  const template = Template.synth(stack);

  // THEN
  const { parameters, files } = template.manifest("a/backup");
  expect([cluster.backup!.directory, cluster.backup!.retain]).toEqual(["/var/backups/cdktf-zato/Billing", 7]);
  expect(parameters).toMatchObject({
    cluster: "Billing",
    odb_name: "zato_billing",
    directory: "/var/backups/cdktf-zato/Billing",
    schedule: "*-*-* 02:30:00",
    retain: "7",
    unit: "zato-Billing-backup.service",
    timer: "zato-Billing-backup.timer",
  });
  expect(parameters.deliver).toBeUndefined();
  expect(Object.keys(files).sort()).toEqual(["timer", "unit"]);
  expect(files.timer).toContain("\n[Timer]\nOnCalendar=*-*-* 02:30:00\nPersistent=true\n");
  expect(files.unit).toContain(
    "\nExecStart=/bin/bash /var/lib/cdktf-zato/components/Billing-backup/scripts/backup.sh Billing-backup\n",
  );
  expect(files.unit).toContain("\nReadWritePaths=/var/backups/cdktf-zato/Billing\n");
});

test("the host needs room for the first one, besides what the cluster takes", () => {
  const disk = (backup?: BackupOptions): number => {
    const stack = newStack();
    newCluster(stack, { backup });
    return Number(Template.synth(stack).preflight("host1").parameters.disk);
  };
  expect(disk({}) - disk()).toBe(64);
});

test("every cluster of a deployment has one, after everything that it holds is there", () => {
  const stack = newStack();
  newDeployment(stack, { backup: {} }).content.addCache("A");
  const template = Template.synth(stack);
  for (const cluster of ["zato/host1", "zato/host2"]) {
    for (const earlier of [`${cluster}/server2`, `${cluster}/web-admin`, cluster.replace("zato", "zato/content")]) {
      expect([earlier, template.comesAfter(`${cluster}/backup`, earlier)]).toEqual([earlier, true]);
    }
  }
});

describe("the schedule", () => {
  const render = (schedule: BackupSchedule): string => told({ schedule }).schedule!;

  test("every hour", () => {
    expect(render(BackupSchedule.hourly())).toBe("hourly");
  });

  test("any time of a day becomes a moment that systemd knows, once a day", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), (hour, minute) => {
        const time = [hour, minute].map((number) => String(number).padStart(2, "0")).join(":");
        expect(render(BackupSchedule.daily(time))).toBe(`*-*-* ${time}:00`);
      }),
      { numRuns: 10 },
    );
  });

  test.each(["24:00", "2:30", "02:60", "02:30:00", "", "02:30\n", "now"])("fails for the time %j", (time) => {
    expect(() => told({ schedule: BackupSchedule.daily(time) })).toThrow(
      `stack/a/backup: '${time}' is no time of a day; give hours and minutes, as in '02:30'`,
    );
  });

  test.each(["Mon..Fri 22:00", "*-*-1 04:00:00", "*:0/15", "Sat,Sun *-*~03 05:40 UTC", "weekly"])(
    "may be an event as systemd writes it: %s",
    (event) => {
      expect(render(BackupSchedule.onCalendar(event))).toBe(event);
      // Where there is no systemd, the lab's hosts have one.
      const { error, status } = spawnSync("systemd-analyze", ["calendar", event]);
      expect(error ? 0 : status).toBe(0);
    },
  );

  test("never leaves its line of the unit, whatever is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodePoint }), (event) => {
        let files: Record<string, string>;
        try {
          files = withBackup({ schedule: BackupSchedule.onCalendar(event) }).manifest("a/backup").files;
        } catch (error) {
          expect(String(error)).toContain("is no calendar event");
          return;
        }
        expect(files.timer?.split("\n")).toHaveLength(13);
        expect(files.timer).toContain(`\nOnCalendar=${event}\n`);
      }),
      { numRuns: 30, examples: [["a\nExecStart=b"], ["%h"], [""], ["-x"], ["Mon 1:0"]] },
    );
  });
});

describe("the delivery", () => {
  test("is a program of the host's with arguments, one a line, or a script that goes along", () => {
    const command = BackupDelivery.command("/usr/bin/rclone", "copy", "--config=/etc/my rclone.conf", "$HOME;`id`");
    expect(told({ delivery: command }).deliver?.split("\n")).toEqual([
      "/usr/bin/rclone",
      "copy",
      "--config=/etc/my rclone.conf",
      "$HOME;`id`",
    ]);
    const { parameters, files } = withBackup({ delivery: BackupDelivery.script(SCRIPT) }).manifest("a/backup");
    expect(parameters.deliver).toBeUndefined();
    expect(files.deliver).toContain("shellcheck --");
  });

  test.each<[string, () => BackupDelivery, RegExp]>([
    [
      "a relative program",
      () => BackupDelivery.command("rclone"),
      /path of the program that takes backups is 'rclone'; give an absolute path/,
    ],
    [
      "an argument of two lines",
      () => BackupDelivery.command("/bin/true", "a\nb"),
      /an argument of \/bin\/true is "a\\nb"/,
    ],
    ["an empty argument", () => BackupDelivery.command("/bin/true", ""), /an argument of \/bin\/true is ""/],
    [
      "a script that is not there",
      () => BackupDelivery.script("/nowhere.sh"),
      /the script that takes backups '\/nowhere.sh' is not there/,
    ],
  ])("fails for %s", (_, delivery, message) => {
    expect(() => told({ delivery: delivery() })).toThrow(message);
  });
});

test.each<[BackupOptions, string | RegExp]>([
  [{ retain: 0 }, "stack/a/backup: the number of backups that stay is 0; give a whole number of at least 1"],
  [{ retain: 1.5 }, /the number of backups that stay is 1.5/],
  [{ directory: "backups" }, /the folder for backups is 'backups'; give an absolute path/],
  [{ directory: "/a b" }, /the folder for backups is '\/a b'/],
  [{ directory: "/a/../b" }, /the folder for backups is '\/a\/..\/b'/],
])("fails for %j", (backup, message) => {
  expect(() => newCluster(newStack(), { backup })).toThrow(message);
});

test("where Zato's code is removed none are put, be it elsewhere", () => {
  const installed = (directory: string, clusterName: string): unknown => {
    const stack = newStack();
    const installation = ZatoInstallation.preinstalled("/srv/zato");
    newCluster(stack, { clusterName, installation, backup: { directory } });
    return Template.synth(stack);
  };
  expect(() => installed("/srv/zato/backups", "a")).toThrow(
    /'\/srv\/zato\/backups\/a', and all that is in \/srv\/zato goes/,
  );
  expect(() => installed("/srv", "zato")).toThrow(/'\/srv\/zato', and all that is in \/srv\/zato goes/);
  expect(() => installed("/srv", "a")).not.toThrow();
  expect(() => installed("/srv/zato-backups", "a")).not.toThrow();
});

test("clusters that were composed by hand have their own: a deployment cannot add one", () => {
  const stack = newStack();
  const cluster = newCluster(stack);
  // @ts-expect-error -- the types say so too
  const props: HighAvailabilityDeploymentProps = { clusters: [cluster], backup: {} };
  expect(() => new HighAvailabilityDeployment(stack, "zato", props)).toThrow(/'backup' would be ignored/);
});
