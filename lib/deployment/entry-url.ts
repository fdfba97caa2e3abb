import { IExternalLoadBalancer } from "../load-balancing";
import { hostPort } from "../validation";

/** Where clients find what is behind a load balancer: `https://192.0.2.10`. */
export function entryUrl({ usesTls, entryAddress, entryPort }: IExternalLoadBalancer): string {
  const [scheme, usualPort] = usesTls ? ["https", 443] : ["http", 80];
  const address = hostPort(entryAddress, entryPort);
  return `${scheme}://${entryPort === usualPort ? address.slice(0, -`:${entryPort}`.length) : address}`;
}
