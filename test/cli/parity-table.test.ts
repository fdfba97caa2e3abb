import { ClusterReport, findDifferences, renderTable } from "../../lib/cli/parity-table";

const DECLARED = { engine: "mysql", pool_size: "10", port: "3306" };

function as(
  actual: Readonly<Record<string, string>> | null,
  declared: typeof DECLARED | null = DECLARED,
): ClusterReport {
  return { "outconn_sql/Billing": { declared, actual } };
}

function table(reports: Readonly<Record<string, ClusterReport>>): string[] {
  return renderTable(Object.keys(reports), findDifferences(reports)).split("\n");
}

test("there is nothing to say where all clusters are as declared", () => {
  expect(findDifferences({ host1: as(DECLARED), host2: as(DECLARED) })).toEqual([]);
});

test("of an object that is there but differs, only the fields that differ are shown", () => {
  expect(table({ host1: as(DECLARED), host2: as({ ...DECLARED, pool_size: "77" }) })).toEqual([
    "object               host1  host2         declared",
    "outconn_sql/Billing  same   pool_size=77  pool_size=10",
  ]);
});

test("fields that differ anywhere are shown of every cluster that differs", () => {
  const reports = { host1: as({ ...DECLARED, port: "1" }), host2: as({ ...DECLARED, pool_size: "77" }) };
  expect(findDifferences(reports)).toEqual([
    {
      object: "outconn_sql/Billing",
      declared: "pool_size=10, port=3306",
      found: { host1: "pool_size=10, port=1", host2: "pool_size=77, port=3306" },
    },
  ]);
});

test("of an object that is not there, everything is shown that is declared", () => {
  const reports = { host1: as(DECLARED), host2: as(null) };
  expect(findDifferences(reports)).toEqual([
    {
      object: "outconn_sql/Billing",
      declared: "engine=mysql, pool_size=10, port=3306",
      found: { host1: "same", host2: "nothing" },
    },
  ]);
});

test("what nobody declared is shown where it is", () => {
  expect(table({ host1: as({}, null), host2: {} })).toEqual([
    "object               host1  host2    declared",
    "outconn_sql/Billing  there  nothing  not declared",
  ]);
});

test("an object of which nothing can be compared is there or not", () => {
  const reports = {
    host1: { "x/A": { declared: {}, actual: {} } },
    host2: { "x/A": { declared: {}, actual: null } },
  };
  expect(table(reports)).toEqual(["object  host1  host2    declared", "x/A     same   nothing  there"]);
});

test("clusters need not have the same declaration", () => {
  expect(findDifferences({ host1: as(DECLARED), host2: {} })).toEqual([]);
});

test("objects come in the order of their names, in columns", () => {
  const reports = { a: { b: { declared: null, actual: {} }, a: { declared: {}, actual: null } } };
  expect(table(reports)).toEqual([
    "object  a        declared",
    "a       nothing  there",
    "b       there    not declared",
  ]);
});
