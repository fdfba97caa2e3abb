import { IConstruct } from "constructs";
import { ConstructError, requireAll, requireWhole } from "../../validation";
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
  /** @throws ConstructError when the interval is no whole number of seconds, or the start no date */
  constructor(scope: IConstruct, name: string, props: SchedulerJobProps) {
    const { seconds, startDate } = requireAll({
      seconds: () => requireWhole(scope, `the interval of the job '${name}' in seconds`, props.interval, 1),
      startDate: () => requireDate(scope, name, props.startDate ?? "2020-01-01T00:00:00"),
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

function requireDate(scope: IConstruct, name: string, date: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(date) || Number.isNaN(Date.parse(date))) {
    throw new ConstructError(scope, `the job '${name}' starts '${date}'`, "write it as '2030-01-31T23:59:59'");
  }
  return date;
}
