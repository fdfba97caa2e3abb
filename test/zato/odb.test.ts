import { TerraformStack, TerraformVariable } from "cdktf";
import { BackupOptions, DataRemoval, ExistingDatabaseProps, OdbDatabase, Secret } from "cdktf-zato";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

function withDatabase(
  make: (props: ExistingDatabaseProps) => OdbDatabase,
  props: Partial<ExistingDatabaseProps> = {},
): Template {
  const stack = newStack();
  const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
  newCluster(stack, { odb: make({ host: "db.internal", database: "zato", username: "owner", password, ...props }) });
  return Template.synth(stack);
}

const postgresql = (props: ExistingDatabaseProps): OdbDatabase => OdbDatabase.postgresql(props);
const mysql = (props: ExistingDatabaseProps): OdbDatabase => OdbDatabase.mysql(props);

test("by default a PostgreSQL on the cluster's own host, with a password that the host makes", () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  const cluster = newCluster(stack, { clusterName: "Billing-1" });

  // THEN
  const { parameters, files } = Template.synth(stack).manifest("a/odb");
  expect(parameters).toMatchObject({
    odb_local: "true",
    odb_engine: "postgresql",
    odb_host: "127.0.0.1",
    odb_port: "5432",
    odb_name: "zato_billing_1",
    odb_user: "zato_billing_1",
    on_removal: "keep-data",
    secrets: "odb_password generated",
  });
  expect(files.create).toBe(
    "command=create_odb\nodb_type=postgresql\nodb_host=127.0.0.1\nodb_port=5432\nodb_user=zato_billing_1\nodb_db_name=zato_billing_1",
  );
  expect(cluster.odb.identity).toBe("postgresql://10.0.0.11:5432/zato_billing_1");
});

test("its name can be chosen, and its password given", () => {
  const stack = newStack();
  const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
  newCluster(stack, { odb: OdbDatabase.localPostgresql({ database: "mine", password }) });
  expect(Template.synth(stack).manifest("a/odb").parameters).toMatchObject({
    odb_name: "mine",
    odb_user: "mine",
    secrets: "odb_password given",
  });
});

test.each([
  ["postgresql", postgresql, "5432"],
  ["mysql", mysql, "3306"],
])("a %s by reference is left where it is", (engine, make, port) => {
  const { parameters } = withDatabase(make).manifest("a/odb");
  expect(parameters).toMatchObject({
    odb_local: "false",
    odb_engine: engine,
    odb_host: "db.internal",
    odb_port: port,
    odb_name: "zato",
    odb_user: "owner",
    secrets: "odb_password given",
  });
  expect(withDatabase(make, { port: 7000 }).manifest("a/odb").parameters.odb_port).toBe("7000");
});

test("data is dropped only where the user says so", () => {
  const stack = newStack();
  newCluster(stack, { dataRemoval: DataRemoval.DROP });
  expect(Template.synth(stack).manifest("a/odb").parameters.on_removal).toBe("drop-data");
});

test("no password is in any command file: the host adds them", () => {
  const { files, parameters } = withDatabase(postgresql).manifest("a/odb");
  expect(files.create).not.toContain("password");
  expect(parameters.command_secrets).toBe("odb_password odb_password 1");
});

test("another version of a password changes everything that was created with it, and nothing else", () => {
  const content = (version?: string): Template => {
    const stack = newStack();
    newCluster(stack, { odb: OdbDatabase.localPostgresql({ password: Secret.generated({ version }) }) });
    return Template.synth(stack);
  };
  const [before, after] = [content(), content("2")];
  const changed = [
    "installation",
    "odb",
    "registration",
    "server1",
    "server2",
    "load-balancer",
    "web-admin",
    "scheduler",
  ];
  expect(
    changed.filter(
      (id) => JSON.stringify(before.state(`a/${id}`).triggers) !== JSON.stringify(after.state(`a/${id}`).triggers),
    ),
  ).toEqual(["odb", "registration", "server1", "server2", "web-admin", "scheduler"]);
  expect(after.manifest("a/odb").parameters.secrets).toBe("odb_password generated 2");
});

describe("fails for", () => {
  test.each<[string, Partial<ExistingDatabaseProps>, string | RegExp]>([
    [
      "a generated password of a database that exists",
      { password: Secret.generated() },
      /the password of the database 'zato' at db.internal cannot be generated on the Zato host; the database has it already: give it by Secret.fromVariable/,
    ],
    ["an address that is none", { host: "db_internal" }, "stack/a: 'db_internal' is no address of a database server"],
    ["a port out of range", { port: 70000 }, /the port of the ODB is 70000/],
    [
      "a database name that needs quotes",
      { database: "za-to" },
      /'za-to' cannot be used as database; use 1 to 63 letters, digits or '_'/,
    ],
    ["a user that needs quotes", { username: "o'neil" }, /'o'neil' cannot be used as database user/],
    ["an empty database name", { database: "" }, /'' cannot be used as database/],
    ["a long user name", { username: "a".repeat(64) }, /cannot be used as database user/],
    ["a name that begins with a digit", { database: "1zato" }, /cannot be used as database/],
  ])("%s", (_, props, message) => {
    expect(() => withDatabase(postgresql, props)).toThrow(message);
    expect(() => withDatabase(mysql, props)).toThrow(message);
  });

  test.each(["postgres", "template0", "template1"])("the database '%s', on which others depend", (database) => {
    expect(() => newCluster(newStack(), { odb: OdbDatabase.localPostgresql({ database }) })).toThrow(
      `stack/a: '${database}' belongs to PostgreSQL itself; give the database a name of its own`,
    );
  });

  test("local databases of two clusters that become one", () => {
    const stack = newStack();
    const host = newHost(stack, "host1");
    newCluster(stack, { host }, "a-b");
    expect(() => newCluster(stack, { host }, "a_b")).toThrow(
      /^stack\/a_b: the clusters stack\/a-b and stack\/a_b have the same ODB postgresql:\/\/10.0.0.11:5432\/zato_a_b/,
    );
  });

  test("a local database name that needs quotes", () => {
    expect(() => newCluster(newStack(), { odb: OdbDatabase.localPostgresql({ database: "a b" }) })).toThrow(
      /stack\/a: 'a b' cannot be used as database/,
    );
  });
});

test("the host is told whose it is, by an identity that stays the same in Terraform's state whatever is deployed", () => {
  const stack = newStack();
  newCluster(stack);
  const template = Template.synth(stack);
  const { provisioner = [] } = template.state("a/odb");
  const owner = provisioner.find(({ file }) => file?.destination === ".cdktf-zato/a-odb.${self.id}.owner");
  expect(owner?.file?.content).toBe(`\${${template.addressOf("a/odb/lifetime/Resource")}.id}`);
});

describe("whether backups of it are made", () => {
  const told = (odb: (stack: TerraformStack) => OdbDatabase | undefined, backup?: BackupOptions): unknown => {
    const stack = newStack();
    newCluster(stack, { odb: odb(stack), backup });
    return Template.synth(stack).manifest("a/odb").parameters.backed_up;
  };
  const elsewhere = (stack: TerraformStack): OdbDatabase => {
    const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
    return postgresql({ host: "db.internal", database: "zato", username: "owner", password });
  };

  test("the host is told of one elsewhere, which may be newer than the host's programs", () => {
    expect(told(elsewhere, {})).toBe("true");
    expect(told(elsewhere)).toBeUndefined();
  });

  test("the host is not told of a local one, which the programs have come with", () => {
    expect(told(() => undefined, {})).toBeUndefined();
  });
});
