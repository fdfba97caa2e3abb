import { Token } from "cdktf";
import fc from "fast-check";
import { requireInNetworks, requireNetwork } from "../../lib/validation";
import { newStack } from "../support/stack";

const stack = newStack();

const check = (address: string, networks: string[]): string =>
  requireInNetworks(stack, "virtual address", address, networks, "the device");

test.each(["10.0.0.0/8", "192.0.2.10/32", "0.0.0.0/0", "2001:db8::/64", "::/0"])("%s is a network", (network) => {
  expect(requireNetwork(stack, "network", network)).toBe(network);
});

test.each(["10.0.0.0", "10.0.0.0/33", "2001:db8::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8/8", "a/8", "10.0.0.0/-1"])(
  "%s is none",
  (network) => {
    expect(() => requireNetwork(stack, "network", network)).toThrow(
      `stack: '${network}' is no network; give it as CIDR`,
    );
  },
);

test("an address is in a network when their beginnings are the same", () => {
  const bits = (address: string): string =>
    address
      .split(".")
      .map((byte) => Number(byte).toString(2).padStart(8, "0"))
      .join("");
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, start, prefix) => {
      const attempt = (): string => check(address, ["2001:db8::/32", `${start}/${prefix}`]);
      if (bits(address).startsWith(bits(start).slice(0, prefix))) {
        expect(attempt()).toBe(address);
      } else {
        expect(attempt).toThrow(
          `the virtual address ${address} is in no network of the device: 2001:db8::/32, ${start}`,
        );
      }
    }),
  );
});

test("an IPv6 address is looked for in networks of its own kind", () => {
  expect(check("2001:db8::10", ["10.0.0.0/8", "2001:db8::/64"])).toBe("2001:db8::10");
  expect(() => check("2001:db9::10", ["0.0.0.0/0", "2001:db8::/64"])).toThrow(/is in no network of the device/);
});

test("an address that Terraform learns is left to it", () => {
  const address = Token.asString({ Ref: "x" });
  expect(check(address, ["10.0.0.0/8"])).toBe(address);
});
