import { TerraformStack } from "cdktf";
import { PhysicalHost, WorkerAllocation } from "cdktf-zato";
import { WorkerClaim } from "../../lib/zato/worker-allocation";
import fc from "fast-check";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const stack = newStack();

function claims(servers: number): WorkerClaim[] {
  return Array.from({ length: servers }, (_, index) => ({ server: `server${index + 1}` }));
}

function workersOf(cpus: number, servers: number, reservedCpus = 0): number[] {
  return [...WorkerAllocation.matchCpus({ reservedCpus }).allocate(stack, cpus, claims(servers)).values()];
}

test.each([
  [8, 2, [4, 4]],
  [7, 2, [4, 3]],
  [4, 4, [1, 1, 1, 1]],
  [1, 1, [1]],
  [11, 3, [4, 4, 3]],
])("%s CPUs and %s servers make %j workers", (cpus, servers, expected) => {
  expect(workersOf(cpus, servers)).toEqual(expected);
});

test("all CPUs have a worker, evenly, and the first servers take the rest", () => {
  const cases = fc
    .tuple(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 64 }))
    .filter(([cpus, servers, reserved]) => cpus - reserved >= servers);
  fc.assert(
    fc.property(cases, ([cpus, servers, reserved]) => {
      const workers = workersOf(cpus, servers, reserved);
      expect(workers).toHaveLength(servers);
      expect(workers.reduce((a, b) => a + b)).toBe(cpus - reserved);
      expect(Math.max(...workers) - Math.min(...workers)).toBeLessThanOrEqual(1);
      expect(Math.min(...workers)).toBeGreaterThanOrEqual(1);
      expect(workers).toEqual([...workers].sort((a, b) => b - a));
    }),
  );
});

test("chosen numbers are taken, and the others share what is left", () => {
  const chosen = fc.array(fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(chosen, fc.nat(20), (numbers, extra) => {
      const sum = numbers.reduce<number>((total, number) => total + (number ?? 1), 0);
      const cpus = numbers.includes(undefined) ? sum + extra : sum;
      const result = WorkerAllocation.matchCpus().allocate(
        stack,
        cpus,
        numbers.map((workers, index) => ({ server: `s${index}`, workers })),
      );
      const workers = [...result.values()];
      expect(workers.reduce((a, b) => a + b)).toBe(cpus);
      numbers.forEach((number, index) => expect(workers[index]).toBe(number ?? workers[index]));
      expect(Math.min(...workers)).toBeGreaterThanOrEqual(1);
    }),
  );
});

describe("fails for", () => {
  test("chosen workers that do not add up to the CPUs, with the sum", () => {
    const chosen = [
      { server: "server1", workers: 4 },
      { server: "server2", workers: 2 },
    ];
    expect(() => WorkerAllocation.matchCpus().allocate(stack, 8, chosen)).toThrow(
      "stack: the workers add up to 6 (server1 4 + server2 2), and the host has 8 CPUs; " +
        "let them add up to the CPUs, leave 'workers' out, or reserve CPUs for other software",
    );
    expect(() => WorkerAllocation.matchCpus({ reservedCpus: 3 }).allocate(stack, 8, chosen)).toThrow(
      /the host has 8 CPUs, 3 of them reserved/,
    );
  });

  test("fewer CPUs than servers", () => {
    expect(() => workersOf(3, 4)).toThrow(
      "stack: 3 CPUs do not suffice for 4 servers; declare fewer servers or more CPUs: a server has at least one worker",
    );
    expect(() => workersOf(4, 4, 1)).toThrow(/4 CPUs, 1 of them reserved do not suffice for 4 servers/);
  });

  test("chosen workers that leave none for the others", () => {
    expect(() =>
      WorkerAllocation.matchCpus().allocate(stack, 4, [{ server: "a", workers: 4 }, { server: "b" }]),
    ).toThrow(/4 CPUs do not suffice for 2 servers, of which 1 already take 4 workers/);
  });

  test.each([0, 1.5, -1])("%s workers of a server", (workers) => {
    expect(() => WorkerAllocation.matchCpus().allocate(stack, 4, [{ server: "a", workers }])).toThrow(
      `the number of workers of a is ${workers}; give a whole number of at least 1`,
    );
    expect(() => newCluster(newStack(), { servers: 0 }).addServer("server1", { workers })).toThrow(
      /a\/server1: the number of workers of server1 is/,
    );
  });

  test.each([-1, 4, 0.5])("%s reserved of 4 CPUs", (reserved) => {
    expect(() => workersOf(4, 1, reserved)).toThrow(
      `the number of reserved CPUs is ${reserved}; give a whole number from 0 to 3`,
    );
  });
});

describe("of a cluster", () => {
  test.each([
    [1, undefined, [1]],
    [2, undefined, [1, 1]],
    [8, undefined, [4, 4]],
    [8, WorkerAllocation.matchCpus({ reservedCpus: 7 }), [1]],
    [3, WorkerAllocation.matchCpus({ reservedCpus: 1 }), [1, 1]],
  ])("%s CPUs make by default as many servers as there are CPUs to give, at most two", (cpus, workers, expected) => {
    const own = newStack();
    const cluster = newCluster(own, { host: newHost(own, "host1", { cpus }), workers });
    expect(cluster.servers.map((server) => server.workers)).toEqual(expected);
  });

  test.each([4, -1, NaN])("reserving %s of 4 CPUs fails", (reservedCpus) => {
    expect(() => newCluster(newStack(), { workers: WorkerAllocation.matchCpus({ reservedCpus }) })).toThrow(
      `stack/a: the number of reserved CPUs is ${reservedCpus}; give a whole number from 0 to 3`,
    );
  });

  describe("two of one host", () => {
    const host = (): PhysicalHost => newHost(newStack(), "host1", { cpus: 8 });
    const half = WorkerAllocation.matchCpus({ reservedCpus: 4 });
    const other = { servers: 0, zatoLoadBalancer: { port: 21223 }, webAdmin: { port: 28183 }, schedulerPort: 21530 };

    function clustersOn(shared: PhysicalHost, workers?: WorkerAllocation, ipcPort?: number): TerraformStack {
      const stack = TerraformStack.of(shared);
      newCluster(stack, { host: shared, workers: half });
      newCluster(stack, { ...other, host: shared, workers }, "b").addServer("server1", { port: 17040, ipcPort });
      return stack;
    }

    test("share its CPUs", () => {
      expect(() => Template.synth(clustersOn(host(), half))).not.toThrow();
    });

    test("fail with more workers than CPUs", () => {
      expect(() => clustersOn(host())).toThrow(
        "stack/b: the clusters stack/a and stack/b would have 4 + 8 workers on the host host1, which has 8 CPUs; " +
          "give each cluster a host of its own, or reserve CPUs in each for the others",
      );
    });

    test("fail where the ports of their workers overlap", () => {
      expect(() => Template.synth(clustersOn(host(), half, 17051))).toThrow(
        /17051 to 17054, .* overlap those of server1/,
      );
    });
  });

  test("a sum that differs fails at synth, when all servers are known", () => {
    const own = newStack();
    const cluster = newCluster(own, { servers: 0 });
    cluster.addServer("server1", { workers: 1 });
    cluster.addServer("server2", { workers: 2 });
    expect(() => Template.synth(own)).toThrow(
      /stack\/a: the workers add up to 3 \(server1 1 \+ server2 2\), and the host has 4 CPUs/,
    );
  });
});
