import { TerraformVariable } from "cdktf";
import {
  DeploymentOfHostsProps,
  HighAvailabilityDeployment,
  PhysicalHost,
  TlsCertificate,
  ZatoInstallation,
} from "cdktf-zato";
import { Ec2Host } from "cdktf-zato/aws";

/*
 * What blocks in README.md and docs/ may use without declaring it: classes by their names, and what the comment before a block
 * names, `<!-- given: host1, zato -->`.
 */
export { readFileSync } from "node:fs";
export { join } from "node:path";
export { App, HttpBackend, TerraformStack, TerraformVariable } from "cdktf";
export * from "cdktf-zato";
export * from "cdktf-zato/aws";
export * from "cdktf-zato/citrix";
export * from "cdktf-zato/f5";

export declare const host1: PhysicalHost & Ec2Host;
export declare const host2: PhysicalHost & Ec2Host;
export declare const edge1: PhysicalHost;
export declare const edge2: PhysicalHost;
export declare const zato: HighAvailabilityDeployment;
export declare const installation: ZatoInstallation;
export declare const certificate: TlsCertificate;
export declare const billingPassword: TerraformVariable;
export declare const partnerPassword: TerraformVariable;
export declare const edgeCertificate: TerraformVariable;

/** What `…` stands for in `new X(this, "id", { …,`: all that an X takes. */
export declare function others(type: typeof HighAvailabilityDeployment): DeploymentOfHostsProps;
export declare function others<P>(type: abstract new (scope: never, id: string, props: P) => unknown): P;
