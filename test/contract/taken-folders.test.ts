import type { TerraformStack } from "cdktf";
import { DeploymentOfHostsProps, HaproxyLoadBalancer, TlsCertificate, ZatoLoadBalancerTls } from "cdktf-zato";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** What the user keeps on the hosts, and where. */
interface Kept {
  readonly edge?: string;
  readonly cluster?: string;
  readonly webAdmin?: string;
  readonly backups?: string;
  readonly textFiles?: string;
}

function deployed({ edge, cluster, webAdmin, backups, textFiles }: Kept): TerraformStack {
  const stack = newStack();
  const hosts = [newHost(stack, "host1")];
  const file = (path: string): TlsCertificate => TlsCertificate.fromHostFile(path);
  const tls: ZatoLoadBalancerTls | undefined =
    cluster === undefined ? undefined : { certificate: file(cluster), ca: CA };
  const props: Partial<DeploymentOfHostsProps> = {
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", {
      hosts,
      certificate: edge === undefined ? undefined : file(edge),
    }),
    ...(tls && { zatoLoadBalancer: { tls } }),
    ...(webAdmin !== undefined && { webAdmin: { certificate: file(webAdmin) } }),
    ...(backups !== undefined && { backup: { directory: backups } }),
    ...(textFiles !== undefined && { metrics: { textfileDirectory: textFiles } }),
  };
  newDeployment(stack, { hosts, ...props });
  return stack;
}

describe("what the user keeps on hosts", () => {
  test.each<[Kept, RegExp]>([
    [
      { edge: "/etc/zato-edge/edge.pem" },
      /edge\/host1\] the certificate file is '\/etc\/zato-edge\/edge.pem', and all that is in \/etc\/zato-edge goes when components are removed from the host; keep it in another folder/,
    ],
    [{ edge: "/etc/zato/host1/edge.pem" }, /all that is in \/etc\/zato\/host1 goes/],
    [
      { cluster: "/opt/zato/env/host1/own.pem" },
      /the certificate file is .* all that is in \/opt\/zato\/env\/host1 goes/,
    ],
    [{ cluster: "/etc/cdktf-zato/own.pem" }, /all that is in \/etc\/cdktf-zato goes/],
    [{ webAdmin: "/opt/zato/packages/host1/own.pem" }, /all that is in \/opt\/zato\/packages\/host1 goes/],
    [{ backups: "/opt/zato/env/host1" }, /the folder for backups is '\/opt\/zato\/env\/host1\/host1', and/],
    [{ backups: "/opt/zato/backups" }, /the folder for backups is .* all that is in \/opt\/zato goes/],
    [{ backups: "/var/lib/cdktf-zato" }, /the folder for backups is .* all that is in \/var\/lib\/cdktf-zato goes/],
    [{ textFiles: "/opt/zato/textfiles" }, /all that is in \/opt\/zato goes/],
    [{ textFiles: "/var/lib/cdktf-zato/text" }, /the folder of node_exporter's text files is .* goes/],
  ])("cannot be where a removal takes it along: %j", (kept, message) => {
    expect(() => Template.synth(deployed(kept))).toThrow(message);
  });

  test("can be beside that", () => {
    const kept = {
      edge: "/etc/zato-edge.pem",
      cluster: "/etc/zato/own.pem",
      webAdmin: "/opt/zato/env/qs-1/own.pem",
      backups: "/opt/zato-backups",
      textFiles: "/srv/text",
    };
    expect(() => Template.synth(deployed(kept))).not.toThrow();
  });
});

test("all folders that a removal takes, whatever lies in them, are looked at by the preflight", () => {
  // GIVEN what scripts remove by the parameters "folder" and "folders" of their manifests
  const template = Template.synth(deployed({}));
  const taken = ["edge/host1", "zato/host1/registration"].flatMap((path) => {
    const { folder, folders } = template.manifest(path).parameters;
    return (folders ?? folder!).split("\n");
  });

  // THEN
  const looked = template
    .preflight("host1")
    .parameters.folders!.split("\n")
    .map((line) => line.split(" ")[1]!);
  expect(looked.sort()).toEqual(taken.sort());
});
