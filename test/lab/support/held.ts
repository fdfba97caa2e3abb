import type { Lab } from "../../../lab/lab";

/**
 * Waits on a host until a script of ours says a line, and stops it there: on a busy machine whoever reads Terraform's output would
 * come too late. Ends by itself after ten minutes.
 */
const HOLD = `
import glob, os, re, signal, subprocess, sys, time
line, folder = re.compile(sys.argv[1]), "/var/log/cdktf-zato"
size = lambda file: os.path.getsize(file) if os.path.exists(file) else 0
read = {file: size(file) for file in glob.glob(folder + "/*.log")}
for _ in range(60000):
    for file in glob.glob(folder + "/*.log"):
        if size(file) == read.get(file, 0): continue
        with open(file, errors="replace") as log:
            log.seek(read.get(file, 0))
            said = log.read()
            read[file] = log.tell()
        name = os.path.basename(file)[:-4]
        if any(line.search(f"{name}: {one[3:]} ") for one in said.splitlines() if one.startswith("-- ")):
            subprocess.run(["pkill", "-STOP", "-f", r"^bash \\S*scripts/\\w+\\.sh "])
            print("held")
            sys.exit()
    time.sleep(0.01)
`;

/** Stops the scripts of a host at a line that matches; resolves then, with whether there was one. */
export async function heldAt(lab: Lab, host: string, line: string): Promise<boolean> {
  return (await lab.exec(host, ["python3", "-c", HOLD, line])).stdout.trim() === "held";
}

/** Lets scripts that were held go on, and forgets who still waits for a line. */
export async function letGo(lab: Lab, host: string): Promise<void> {
  // By its state: what was held as a script may have become another program in the same moment.
  const goOn = "ps -eo pid=,stat= | awk '$2 ~ /^T/ { print $1 }' | xargs --no-run-if-empty kill -CONT";
  await lab.exec(host, `pkill -f '[r]e.compile.sys'; ${goOn}`);
}
