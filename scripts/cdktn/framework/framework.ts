/** As lib/framework/framework.ts, for CDKTN. */
export const FRAMEWORK = {
  name: "cdktn",
  library: "cdktn-zato",
  node: "22.19",
  awsProvider: "@cdktn/provider-aws",
  other: { name: "cdktf", library: "cdktf-zato" },
} as const;
