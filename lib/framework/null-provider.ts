export { NullProvider } from "@cdktf/provider-null/lib/provider";
