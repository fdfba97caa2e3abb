import { IConstruct } from "constructs";
import { ConstructError, requireAll, requireLine, requireWhole } from "../../validation";
import { latestStart } from "../../zato/release/latest-start";
import { ContentObject } from "./content-object";

/** What a {@link SchedulerJob} is declared with. */
export interface SchedulerJobProps {
  /** The name of the service that is called, one of those that are declared, or one of Zato's own, `pub.zato.…`. */
  readonly service: string;

  /** Seconds between two calls. */
  readonly interval: number;

  /**
   * When it begins, `YYYY-MM-DDTHH:MM:SS` in UTC.
   *
   * @default "2020-01-01T00:00:00"
   */
  readonly startDate?: string;

  /**
   * What the service gets as its request.
   *
   * @default - nothing
   */
  readonly extra?: string;
}

/** A job that the one active scheduler of the deployment runs in intervals. */
export class SchedulerJob extends ContentObject {
  /** @throws ConstructError when the interval is no whole number of seconds, the start no date, or the service none */
  constructor(scope: IConstruct, name: string, props: SchedulerJobProps) {
    const { seconds, startDate } = requireAll({
      seconds: () => requireWhole(scope, `the interval of the job '${name}' in seconds`, props.interval, 1),
      startDate: () => requireDate(scope, name, props.startDate ?? "2020-01-01T00:00:00"),
      service: () => requireLine(scope, `the service of the job '${name}'`, props.service),
    });
    super(scope, {
      section: "scheduler",
      name,
      fields: {
        service: props.service,
        job_type: "interval_based",
        start_date: latestStart(startDate, seconds),
        seconds,
        is_active: true,
        ...(props.extra === undefined ? {} : { extra: props.extra }),
      },
      expected: { seconds, is_active: true, job_type: "interval_based" },
    });
  }
}

/** To JavaScript February 30 is in March, and 24 o'clock tomorrow; to Python neither is anything. */
function requireDate(scope: IConstruct, name: string, date: string): string {
  const time = Date.parse(`${date}Z`);
  if (Number.isNaN(time) || new Date(time).toISOString() !== `${date}.000Z`) {
    throw new ConstructError(scope, `the job '${name}' starts '${date}'`, "write it as '2030-01-31T23:59:59'");
  }
  return date;
}
