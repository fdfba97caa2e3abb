import type { Lab } from "../../../lab/lab";

/** Advertisements of VRRP version 3 that say "the address is mine" for a second, five times a second, to one host. */
const ADVERTISE = `
import socket, struct, sys, time
target, virtual, router, ttl, source = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
def address(text): return socket.inet_aton(text)
body = struct.pack("!BBBBHH", 0x31, router, 255, 1, 20, 0) + address(virtual)
pseudo = address(source) + address(target) + struct.pack("!BBH", 0, 112, len(body))
body = body[:6] + struct.pack("!H", checksum(pseudo + body)) + body[8:]
header = struct.pack("!BBHHHBBH4s4s", 0x45, 0xc0, 20 + len(body), 0, 0, ttl, 112, 0, address(source), address(target))
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
out.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
for _ in range(int(sys.argv[6])):
    out.sendto(header + body, (target, 0))
    time.sleep(0.1)
`;

const LISTEN = `
import select, socket, sys, time
heard = {}
inbound = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
end = time.monotonic() + float(sys.argv[1])
while (left := end - time.monotonic()) > 0:
    if select.select([inbound], [], [], left)[0]:
        packet, (source, _) = inbound.recvfrom(100)
        key = f"{source} {packet[8]} {packet[21]}"
        heard[key] = heard.get(key, 0) + 1
print("\\n".join(sorted(heard)))
`;

/** What somebody in the network of a host claims to be. */
export interface Forgery {
  readonly from: string;
  readonly to: string;
  /** The address of that host to which it speaks. @default - the host's own */
  readonly at?: string;
  readonly virtualAddress: string;
  readonly routerId: number;
  /** @default 255 */
  readonly ttl?: number;
  /** The address that it says it comes from. @default - its own */
  readonly source?: string;
  /** How many packets, ten a second. @default 30 */
  readonly packets?: number;
}

/** Sends forged advertisements. */
export async function forge(lab: Lab, forgery: Forgery): Promise<void> {
  const { from, to, virtualAddress, routerId, ttl = 255, source = lab.host(from).address, packets = 30 } = forgery;
  const words = [forgery.at ?? lab.host(to).address, virtualAddress, routerId, ttl, source, packets].map(String);
  await lab.execOrThrow(from, ["python3", "-c", ADVERTISE, ...words]);
}

/** The VRRP that programs on a host hear within some seconds: "SOURCE TTL ROUTER" each. */
export async function heardOn(lab: Lab, host: string, seconds: number): Promise<string[]> {
  const heard = await lab.execOrThrow(host, ["python3", "-c", LISTEN, String(seconds)]);
  return heard.split("\n").filter((line) => line !== "");
}
