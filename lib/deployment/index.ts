export * from "./high-availability-deployment";
export type * from "./high-availability-deployment-props";
export * from "./hook";
export type { HooksOfDeployment } from "./rollout-hooks";
export type * from "./metrics-options";
export * from "./alarm-delivery";
export type * from "./alarms-options";
