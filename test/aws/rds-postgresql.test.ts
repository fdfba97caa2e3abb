import { TerraformVariable } from "cdktf";
import { Secret, ZatoCluster } from "cdktf-zato";
import { RdsPostgresql, RdsPostgresqlProps } from "cdktf-zato/aws";
import { INSTALLATION } from "../support/stack";
import { AwsTemplate, existingNetwork, newAwsStack, newEc2Host } from "./support/stack";

function newRds(props: Partial<RdsPostgresqlProps> = {}, id = "odb1", version = "3") {
  const stack = newAwsStack();
  const host = newEc2Host(stack, "host1", existingNetwork(stack));
  const password = Secret.fromVariable(new TerraformVariable(stack, "odb_password", {}), { version });
  return { stack, host, database: new RdsPostgresql(stack, id, { host, password, ...props }) };
}

test("is encrypted, protected, backed up, beside its machine, and reached by nobody else", () => {
  const template = AwsTemplate.synth(newRds().stack);
  expect(template.one("aws_db_instance")).toMatchObject({
    identifier: "odb1",
    engine: "postgres",
    instance_class: "db.t4g.small",
    storage_encrypted: true,
    publicly_accessible: false,
    multi_az: false,
    availability_zone: "eu-central-1a",
    backup_retention_period: 7,
    deletion_protection: true,
    skip_final_snapshot: false,
    final_snapshot_identifier: "odb1-final",
  });
  expect(template.one("aws_db_subnet_group").subnet_ids).toEqual(["subnet-0a1b2c30", "subnet-0a1b2c31"]);
  expect(template.one("aws_vpc_security_group_ingress_rule", "odb1")).toMatchObject({
    referenced_security_group_id: `\${${template.template.addressOf("host1/security-group")}.id}`,
    from_port: 5432,
    to_port: 5432,
  });
});

test("gets its password as a write-only argument, from an ephemeral variable", () => {
  const template = AwsTemplate.synth(newRds().stack);
  expect(template.one("aws_db_instance")).toMatchObject({
    password_wo: "${var.odb_password}",
    password_wo_version: 3,
  });
  expect(template.one("aws_db_instance")).not.toHaveProperty("password");
  expect(template.template.json.variable?.odb_password).toMatchObject({ ephemeral: true, sensitive: true });
});

test("takes what it is told", () => {
  const props = {
    multiAz: true,
    deletionProtection: false,
    instanceClass: "db.m7g.large",
    allocatedStorage: 100,
    engineVersion: "17",
    backupRetention: 0,
    kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/a",
  };
  const instance = AwsTemplate.synth(newRds(props).stack).one("aws_db_instance");
  expect(instance).toMatchObject({
    multi_az: true,
    deletion_protection: false,
    instance_class: "db.m7g.large",
    allocated_storage: 100,
    engine_version: "17",
    backup_retention_period: 0,
    kms_key_id: "arn:aws:kms:eu-central-1:123456789012:key/a",
  });
  expect(instance).not.toHaveProperty("availability_zone");
});

test("is the ODB of a cluster, which waits for it and gets the same password", () => {
  // GIVEN
  const { stack, host, database } = newRds();

  // WHEN
  new ZatoCluster(stack, "cluster1", { host, installation: INSTALLATION, odb: database.odb });

  // THEN
  const { template } = AwsTemplate.synth(stack);
  const { provisioner, triggers } = template.state("cluster1/odb");
  expect(triggers?.secret_odb_password).toBe("3");
  expect(provisioner?.some(({ file }) => file?.content === "${var.odb_password}")).toBe(true);
  expect(template.manifest("cluster1/odb").parameters.odb_local).toBe("false");
  expect(template.preflight("host1").parameters.endpoints).toMatch(/^\$\{aws_db_instance\.odb1_\w+\.address\}:5432$/);
});

test.each<[string, Partial<RdsPostgresqlProps>, string, string, RegExp]>([
  [
    "a name that RDS does not take",
    {},
    "odb_1",
    "1",
    /'odb_1' cannot be the name of a database .* \(5 characters\); give/,
  ],
  ["a name with two hyphens", {}, "odb--1", "1", /'odb--1' cannot be the name/],
  ["a name that is too long", {}, "o".repeat(57), "1", /\(57 characters\)/],
  [
    "a password that AWS would not know",
    { password: Secret.generated() },
    "odb1",
    "1",
    /cannot be generated on the Zato/,
  ],
  ["a password without a number", {}, "odb1", "spring", /the version 'spring' of the database's password is no whole/],
  ["too little storage", { allocatedStorage: 5 }, "odb1", "1", /the storage in GiB is 5; give a whole number from 20/],
  ["backups for ever", { backupRetention: 36 }, "odb1", "1", /the days that backups are kept is 36/],
])("fails for %s", (_, props, id, version, message) => {
  expect(() => newRds(props, id, version)).toThrow(message);
});
