import { connect } from "node:net";
import { until } from "./haproxy";
import type { Layers } from "./layers";

/** What the balancer in front answers to a command. */
export function admin(layers: Layers, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(`${layers.folder}/outer.sock`);
    socket.on("data", (data: Buffer) => (said += data.toString())).on("close", () => resolve(said));
    socket.on("error", reject).write(`${command}\n`);
  });
}

/** Waits until back ends of the balancer in front say what they are to say: `clusters/host1 UP`. */
export function becomes(layers: Layers, ...expected: string[]): Promise<void> {
  return until(expected.join(", "), async () => {
    const rows = (await admin(layers, "show stat")).split("\n").map((line) => line.split(","));
    const states = rows.map((cells) => `${cells[0]}/${cells[1]} ${cells[17]}`);
    return expected.every((one) => states.includes(one));
  });
}
