/** As lib/framework/framework.ts, for CDKTN. */
export const FRAMEWORK = {
  name: "cdktn",
  library: "cdktn-zato",
  awsProvider: "@cdktn/provider-aws",
  other: { name: "cdktf", library: "cdktf-zato" },
} as const;
