import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** Families whose sizes have numbers of CPUs of their own. */
const ODD_SIZES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  t2: { nano: 1, micro: 1, small: 1, medium: 2, large: 2, xlarge: 4, "2xlarge": 8 },
  t3: { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4, "2xlarge": 8 },
  t3a: { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4, "2xlarge": 8 },
  t4g: { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4, "2xlarge": 8 },
};

/** In all general, compute, memory and storage families from the fifth generation on. */
const USUAL_SIZES: Readonly<Record<string, number>> = { medium: 1, large: 2, xlarge: 4 };

const INSTANCE_TYPE = /^([a-z]+\d+[a-z0-9-]*)\.([a-z0-9-]+)$/;
const USUAL_FAMILY = /^[cmri]([5-9]|\d\d)[a-z]*$/;

/**
 * The CPUs of an instance type by AWS's naming: `large` has 2, `xlarge` 4, `8xlarge` 32. The machine is asked as well, by the
 * preflight.
 *
 * @throws ConstructError when the type does not say
 */
export function cpusOf(scope: IConstruct, instanceType: string): number {
  const [, family, size] = INSTANCE_TYPE.exec(instanceType) ?? [];
  if (family === undefined || size === undefined) {
    throw new ConstructError(scope, `'${instanceType}' is no instance type`, "give its name, for example 'm7i.xlarge'");
  }
  const multiple = /^([1-9]\d?)xlarge$/.exec(size)?.[1];
  const usual = multiple === undefined ? USUAL_SIZES[size] : 4 * Number(multiple);
  const cpus = family in ODD_SIZES ? ODD_SIZES[family]![size] : USUAL_FAMILY.test(family) ? usual : undefined;
  if (cpus === undefined) {
    throw new ConstructError(
      scope,
      `how many CPUs '${instanceType}' has does not follow from its name`,
      "give 'cpus': the workers of the servers are shared out at synth",
    );
  }
  return cpus;
}
