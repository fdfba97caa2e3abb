export * from "./high-availability-deployment";
export type * from "./high-availability-deployment-props";
