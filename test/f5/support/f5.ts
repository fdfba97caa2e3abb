import { Affinity, DeploymentOfHostsProps } from "cdktf-zato";
import { F5BigIpLoadBalancer, F5BigIpLoadBalancerProps, F5Tls } from "cdktf-zato/f5";
import { newDeployment, newStack } from "../../support/stack";
import { Template } from "../../support/template";
import { Application, applicationOf, declarationOf } from "./as3";

/** How a balancer or its deployment differ from the simplest. */
export interface Options {
  readonly props?: Partial<F5BigIpLoadBalancerProps>;
  readonly deployment?: Partial<DeploymentOfHostsProps>;
  readonly sticky?: Readonly<Record<string, Affinity>>;
}

export const TLS = { tls: F5Tls.profile("/Common/esb.example.com") };

/** A stack with a balancer `edge` in front of a deployment. */
export function synthesize({ props, deployment, sticky = {} }: Options = {}): Template {
  const stack = newStack();
  const edge = new F5BigIpLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10", tenant: "Zato", ...props });
  const zato = newDeployment(stack, { loadBalancer: edge, ...deployment });
  Object.entries(sticky).forEach(([path, affinity]) => zato.content.addStickyPath(path, affinity));
  return Template.synth(stack);
}

/** What the balancer declares. Its stack has nothing else in it, since most of a synth's time goes into the clusters. */
export function declare({ props, deployment, sticky = {} }: Options = {}): Record<string, unknown> {
  const stack = newStack();
  const edge = new F5BigIpLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10", tenant: "Zato", ...props });
  const zato = newDeployment(newStack(), deployment);
  Object.entries(sticky).forEach(([path, affinity]) => zato.content.addStickyPath(path, affinity));
  edge.bindPool({ pool: () => zato.pool, readyClusters: () => [] });
  return declarationOf(Template.synth(stack));
}

/** The objects that it declares. */
export function applicationWith(options?: Options): Application {
  return applicationOf(declare(options));
}
