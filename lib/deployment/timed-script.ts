import { describeUnit, renderUnit, UnitLabels } from "../zato/systemd-unit";

/** A script of ours that a timer runs each minute. */
export interface TimedScript {
  /** What it is for, as its units say. */
  readonly what: string;
  readonly labels: UnitLabels;
  /** The script's name, without `.sh`. */
  readonly script: string;
  /** After what it is stopped, as systemd has it: `50s`. */
  readonly timeout: string;
}

/** The files `unit` and `timer` of a component that has such a script. */
export function timedScript({
  what,
  labels,
  script,
  timeout,
}: TimedScript): Readonly<Record<"unit" | "timer", string>> {
  const { component } = labels;
  const description = describeUnit(what, labels);
  return {
    unit: renderUnit({
      Unit: { Description: description, StartLimitIntervalSec: "0" },
      Service: {
        SyslogIdentifier: component,
        Type: "oneshot",
        // Of the scripts that were there when this was set up: those of the login user come and go with deploys.
        ExecStart: `/bin/bash /var/lib/cdktf-zato/components/${component}/scripts/${script}.sh ${component}`,
        TimeoutStartSec: timeout,
        Nice: "10",
        // A journal in which it says each minute that it began and ended would hold nothing else.
        LogLevelMax: "notice",
        SyslogLevel: "notice",
        UMask: "0077",
        PrivateTmp: "true",
        ProtectSystem: "true",
        ProtectKernelTunables: "true",
        ProtectControlGroups: "true",
        RestrictSUIDSGID: "true",
      },
    }),
    timer: renderUnit({
      Unit: { Description: description },
      Timer: { OnCalendar: "minutely", AccuracySec: "1s" },
      Install: { WantedBy: "timers.target" },
    }),
  };
}
