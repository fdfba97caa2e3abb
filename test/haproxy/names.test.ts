import { http1 } from "./support/client";
import { Layers } from "./support/layers";

/** Nobody can have it (RFC 6761). */
const UNKNOWN = "host1.invalid";

test("GIVEN a cluster's name that does not resolve, WHEN HAProxy starts, THEN the other cluster answers", async () => {
  const layers = await Layers.start({ addresses: [UNKNOWN, "127.0.0.1"] });
  const asked = await http1(layers.outerPort).send("POST", "/200/1");
  const own = layers.countOf("/200/1");
  await layers.stop();
  expect([asked.status, own]).toEqual([200, 1]);
});

test("GIVEN names that are known to the host alone, WHEN no DNS answers, THEN requests go there after each start", async () => {
  const layers = await Layers.start({ addresses: ["localhost", UNKNOWN], resolver: "127.0.0.1:1" });
  const answers: number[] = [];
  for (let start = 0; start < 2; start++) {
    answers.push((await http1(layers.outerPort).send("POST", `/200/${start}`)).status);
    await layers.restartOuter();
  }
  await layers.stop();
  expect(answers).toEqual([200, 200]);
});
