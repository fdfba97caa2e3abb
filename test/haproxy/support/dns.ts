import { createSocket, type Socket } from "node:dgram";

/** A DNS server that knows one address for all names, or says nothing at all. */
export class Dns {
  /** What it answers; `undefined` for silence. */
  public answer?: string;

  private readonly socket: Socket = createSocket("udp4");

  public static async start(): Promise<Dns> {
    const dns = new Dns();
    dns.socket.on("message", (question, { port }) => {
      if (dns.answer !== undefined) {
        dns.socket.send(answerTo(question, dns.answer), port, "127.0.0.1");
      }
    });
    await new Promise<void>((resolve) => dns.socket.bind(0, "127.0.0.1", resolve));
    return dns;
  }

  /** As HAProxy writes it. */
  public get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  public stop(): void {
    this.socket.close();
  }
}

/** RFC 1035: the question again, and where it asks for IPv4 (type 1), an answer that refers to its name. */
function answerTo(message: Buffer, address: string): Buffer {
  const end = message.indexOf(0, 12) + 5;
  const question = message.subarray(12, end);
  const isV4 = question.readUInt16BE(question.length - 4) === 1;
  const head = Buffer.from([message[0]!, message[1]!, 0x81, 0x80, 0, 1, 0, isV4 ? 1 : 0, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split(".").map(Number)]);
  return Buffer.concat([head, question, ...(isV4 ? [record] : [])]);
}
