/**
 * Which of several labs on one machine this is: empty for the usual one, else a digit from `LAB_INSTANCE`. Each has a
 * network, containers and a state of its own.
 */
export const INSTANCE = readInstance(process.env.LAB_INSTANCE ?? "");

function readInstance(value: string): string {
  if (!/^[1-9]?$/.test(value)) {
    throw new Error(`LAB_INSTANCE is '${value}'; set it to a digit from 1 to 9, or not at all`);
  }
  return value;
}
