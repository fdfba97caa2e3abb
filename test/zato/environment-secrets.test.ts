import { TerraformVariable } from "cdktf";
import { newCluster, newStack, warningsOf } from "../support/stack";

function warningOf(environment: Record<string, string>): string[] {
  const stack = newStack();
  newCluster(stack, { environment, servers: 1 });
  return warningsOf(stack);
}

test.each([
  ["DB_PASSWORD", "hunter2"],
  ["db_passwd", "hunter2"],
  ["SMTP_PASS", "hunter2"],
  ["API_TOKEN", "a"],
  ["TOKEN", "a"],
  ["AWS_SECRET_ACCESS_KEY", "a/b"],
  ["PARTNER_API_KEY", "a"],
  ["APIKEY", "a"],
  ["SECRET", "a"],
  ["GOOGLE_CREDENTIALS", "{}"],
  ["DATABASE_URL", "postgresql://zato:hunter2@db/zato"],
])("warns of %s=%s, which Terraform's state would have", (name, value) => {
  expect(warningOf({ [name]: value })).toEqual([
    expect.stringMatching(
      new RegExp(
        `^stack/a: the environment variable '${name}' of the servers looks like a password, .* with a Secret, or put`,
      ),
    ) as string,
  ]);
});

test.each([
  ["LEVEL", "info"],
  ["PASSWORD_FILE", "/run/secrets/db"],
  ["TOKEN_URL", "https://login.example.com/token"],
  ["TOKEN_TTL", "3600"],
  ["REQUIRE_PASSWORD", "true"],
  ["MAX_TOKEN", "4096"],
  ["DB_PASSWORD", ""],
  ["COMPASS", "north"],
  ["PASSENGERS", "two"],
  ["MONKEY", "x"],
  ["DATABASE_URL", "postgresql://db:5432/zato"],
  ["DATABASE_URL", "postgresql://zato@db/zato"],
])("does not of %s=%s", (name, value) => {
  expect(warningOf({ [name]: value })).toEqual([]);
});

test("warns of several at once, and of values that are known to Terraform only, which it would store", () => {
  const stack = newStack();
  const password = new TerraformVariable(stack, "password", {}).stringValue;
  newCluster(stack, { environment: { DB_PASSWORD: password, API_TOKEN: "x", LEVEL: password } });
  expect(warningsOf(stack)).toEqual([
    expect.stringContaining("variables 'DB_PASSWORD', 'API_TOKEN' of the servers look like passwords") as string,
  ]);
});

test("warns of those of a single server", () => {
  const stack = newStack();
  newCluster(stack, { servers: 0 }).addServer("server1", { environment: { API_TOKEN: "x" } });
  expect(warningsOf(stack)).toEqual([expect.stringMatching(/^stack\/a\/server1: .*'API_TOKEN'/) as string]);
});
