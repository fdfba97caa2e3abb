import * as framework from "cdktf";
import { Construct } from "constructs";
import * as library from "../../lib";
import * as aws from "../../lib/aws";
import * as citrix from "../../lib/citrix";
import * as f5 from "../../lib/f5";
import { FRAMEWORK } from "../../lib/framework";

/** A stack of another framework that looks the same, or of another copy of this one. */
function foreignStack(): Construct {
  let other = framework;
  jest.isolateModules(() => {
    other = jest.requireActual<typeof framework>(FRAMEWORK.name);
  });
  return new other.TerraformStack(new other.App(), "stack");
}

type ConstructClass = new (scope: Construct, id: string, props: object) => Construct;

/** They stand below a construct of ours, which is refused before, or are to be derived from. */
const MADE_BELOW_OTHERS =
  /^(Backup|HostBase|HostFirewall|Odb|RemoteComponent|Scheduler|WebAdmin|ZatoCluster|ZatoLoadBalancer|ZatoServer)$/;

function topLevelConstructs(): [string, ConstructClass][] {
  const exported = Object.entries({ ...library, ...aws, ...citrix, ...f5 }) as [string, unknown][];
  return exported.filter(
    (entry): entry is [string, ConstructClass] =>
      typeof entry[1] === "function" &&
      Object.prototype.isPrototypeOf.call(Construct, entry[1]) &&
      !MADE_BELOW_OTHERS.test(entry[0]),
  );
}

test.each(topLevelConstructs())(
  "a %s in a stack of another framework is refused, with what to install",
  (_name, Class) => {
    // THEN
    expect(() => new Class(foreignStack(), "foreign", { address: "10.0.0.1", cpus: 1 })).toThrow(
      `install '${FRAMEWORK.other.library}' in place of '${FRAMEWORK.library}'`,
    );
  },
);
