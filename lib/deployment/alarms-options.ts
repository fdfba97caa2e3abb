import { AlarmDelivery } from "./alarm-delivery";

/** What a deployment's alarms can be told. */
export interface AlarmsOptions {
  /** How they reach people. */
  readonly to: AlarmDelivery;

  /**
   * Hours after which a message is repeated, as long as what it tells of lasts.
   *
   * @default 4
   */
  readonly repeatHours?: number;

  /**
   * How often a message is repeated; after that there is silence until it is over. 0 for not at all.
   *
   * @default 6
   */
  readonly repetitions?: number;
}
