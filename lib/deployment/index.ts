export * from "./high-availability-deployment";
