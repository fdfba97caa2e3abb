/**
 * The framework that this package is built for, by its names on npm. `scripts/cdktn/` has the other one's file of the same
 * name: two packages are built from one source.
 */
export const FRAMEWORK = {
  /** The framework itself. */
  name: "cdktf",
  /** This library, built for it. */
  library: "cdktf-zato",
  /** The oldest Node that its own program runs on. */
  node: "20.9",
  /** Its classes of the AWS provider. */
  awsProvider: "@cdktf/provider-aws",
  /** What those install whose program uses the other framework. */
  other: { name: "cdktn", library: "cdktn-zato" },
} as const;
