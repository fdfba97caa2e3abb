import { IConstruct } from "constructs";
import { ConstructError, KIND } from "../validation";

/** What systemd.time(7) knows in a calendar event: words, numbers, ranges, steps, lists. */
const CALENDAR_EVENT = /^[A-Za-z0-9*][A-Za-z0-9*:.,/~ _+-]*$/;

/** When backups are made, by the clock of the host and in its time zone. */
export class BackupSchedule {
  /** Every full hour. */
  public static hourly(): BackupSchedule {
    return new BackupSchedule(() => "hourly");
  }

  /**
   * Once a day.
   *
   * @param time hours and minutes: `02:30`
   */
  public static daily(time = "02:30"): BackupSchedule {
    return new BackupSchedule((scope) => {
      if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) {
        throw new ConstructError(scope, `'${time}' is no time of a day`, "give hours and minutes, as in '02:30'");
      }
      return `*-*-* ${time}:00`;
    });
  }

  /**
   * Whenever a calendar event of systemd.time(7) says: `Mon..Fri 22:00`. The host checks it by `systemd-analyze calendar`.
   */
  public static onCalendar(event: string): BackupSchedule {
    return new BackupSchedule((scope) => {
      if (!CALENDAR_EVENT.test(event)) {
        throw new ConstructError(
          scope,
          `'${event}' is no calendar event`,
          "give one as in systemd.time(7), for example 'Mon..Fri 22:00'",
        );
      }
      return event;
    });
  }

  private constructor(
    /** A value for systemd's `OnCalendar=`. @internal */ readonly _render: (scope: IConstruct) => string,
  ) {}

  /** @hidden */
  protected get [KIND](): "BackupSchedule" {
    return "BackupSchedule";
  }
}
