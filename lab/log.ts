/** Where the lab says what it is doing. */
export type Log = (line: string) => void;

/** To standard error, so that standard output stays for results. */
export const logToStderr: Log = (line) => process.stderr.write(`lab: ${line}\n`);

/** For tests that should be quiet. */
export const silent: Log = () => undefined;
