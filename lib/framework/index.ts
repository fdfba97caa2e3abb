export { FRAMEWORK } from "./framework";
export { NullProvider } from "./null-provider";
