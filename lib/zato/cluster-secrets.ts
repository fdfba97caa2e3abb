import { IConstruct } from "constructs";
import { requireSecret, Secret } from "../remote";
import { ZatoClusterProps } from "./zato-cluster-props";

/**
 * The secrets that components of a cluster are created with and its registration brings, by the name under which the host keeps them.
 *
 * @param names those that the cluster's release has
 * @throws ConstructError when one is none, or the host is to generate the password of a Redis that has it already
 */
export function sharedSecrets(
  scope: IConstruct,
  props: ZatoClusterProps,
  names: readonly string[],
): Record<string, Secret> {
  const secret = (name: string, value = Secret.generated()): Secret => requireSecret(scope, `'${name}'`, value);
  const redisPassword = props.redis?._passwordFor(scope);
  const all: Record<string, Secret> = {
    secret_key: secret("secretKey", props.secretKey),
    jwt_secret: secret("jwtSecret", props.jwtSecret),
    admin_invoke_password: secret("adminInvokePassword", props.adminInvokePassword),
    scheduler_api_password: Secret.generated(),
  };
  return {
    ...Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))),
    ...(redisPassword && { redis_password: redisPassword }),
  };
}
