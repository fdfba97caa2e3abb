import { TerraformVariable } from "cdktf";
import { Affinity, ConstructError, ZatoInstallation } from "cdktf-zato";
import fc from "fast-check";
import {
  canonicalAddress,
  hostPort,
  requireAbsolutePath,
  requireAddress,
  requireCertificates,
  requireDnsName,
  requireDownloadUrl,
  requireIpAddress,
  requireLine,
  requireName,
  requireOpaque,
  requireReachableAddress,
  requirePort,
  requireSource,
  requireUrlPath,
  requireWhole,
} from "../../lib/validation";
import { anyText } from "../support/arbitraries";
import { newCluster, newHost, newStack } from "../support/stack";

const stack = newStack();
const token = new TerraformVariable(stack, "text", {}).stringValue;
const numberToken = new TerraformVariable(stack, "number", {}).numberValue;

test("an error says where, what, and the way out", () => {
  const error = new ConstructError(stack, "the port is 0", "give another one");
  expect(error.message).toBe("stack: the port is 0; give another one");
  expect(error.name).toBe("ConstructError");
  expect(new ConstructError(stack.node.root, "x", "y").message).toBe("app: x; y");
});

describe("a placeholder", () => {
  const refused = (check: () => unknown): string => {
    try {
      check();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it was not refused");
  };

  test.each([
    ["an address", () => requireAddress(stack, "host address", "…"), "'…' is no host address"],
    ["an address", () => requireAddress(stack, "host address", "<address of host1>"), "is no host address"],
    ["an address", () => requireAddress(stack, "host address", "10.0.0..."), "is no host address"],
    ["an IP address", () => requireIpAddress(stack, "virtual address", "TODO"), "'TODO' is no virtual address"],
    ["a name", () => requireName(stack, "name", "TODO: a name"), "'TODO: a name' cannot be used as name"],
    ["a network", () => requireSource(stack, "network", "10.…"), "'10.…' is no network"],
    ["a path", () => requireAbsolutePath(stack, "the path", "/opt/…"), "the path is '/opt/…'"],
    ["a URL", () => requireDownloadUrl(stack, "the archive", "https://…/zato.tar.gz", "x"), "is no URL of the archive"],
    ["a port", () => requirePort(stack, "the port", "TODO" as unknown as number), "the port is 'TODO', which is text"],
    ["a line", () => requireLine(stack, "the revision", "<text>\n"), 'the revision is "<text>\\n"'],
    ["a value", () => requireOpaque(stack, "'affinity'", Affinity, "…" as never), "'affinity' is '…', and no Affinity"],
  ])("as %s is called one", (_, check, problem) => {
    const message = refused(check);
    expect(message).toContain(problem);
    expect(message).toMatch(/: this is a placeholder; (give|use|x)/);
  });

  test("is called one wherever a value is checked", () => {
    // GIVEN
    const archive = ZatoInstallation.archive({ url: "https://a.example/zato.tar.gz", sha256: "sha256:…" });
    const ssh = { user: "ops", hostKey: "ecdsa-sha2-nistp256 AAAA…" };

    // THEN
    expect(refused(() => newCluster(newStack(), { installation: archive }))).toMatch(
      /'sha256:…' is no SHA-256: this is a placeholder; give the 64 hexadecimal digits/,
    );
    expect(refused(() => newHost(newStack(), "host1", { ssh }))).toMatch(
      /'ecdsa-sha2-nistp256 AAAA…' is no SSH host key: this is a placeholder; give one/,
    );
  });

  test.each(["a..b", "a b", "todo list", "a<b", "MASTODON_"])("is nothing else that is wrong: '%s'", (name) => {
    expect(refused(() => requireIpAddress(stack, "address", name))).not.toMatch(/placeholder/);
  });

  test("is looked for in values alone, not in what is said of them", () => {
    expect(new ConstructError(stack, "it is no Secret.generated(…)", "give …").message).not.toMatch(/placeholder/);
  });
});

describe("names", () => {
  test.each(["a", "host1", "Host_1-b", "a".repeat(32)])("'%s' is one", (name) => {
    expect(requireName(stack, "name", name)).toBe(name);
  });

  test.each(["", "1a", "-a", "_a", "a.b", "a b", "a/b", "a%i", "a@b", "ä", "a\n", "a".repeat(33), "$(id)"])(
    "fails for '%s'",
    (name) => {
      expect(() => requireName(stack, "name of a cluster", name)).toThrow(
        `stack: '${name}' cannot be used as name of a cluster; use 1 to 32 letters, digits, '-' or '_', beginning with a letter`,
      );
    },
  );

  test("fails for a token", () => {
    expect(() => requireName(stack, "name", token)).toThrow(
      "stack: the name is not known before apply; give a concrete name: it becomes part of Terraform addresses, units and paths",
    );
  });

  test("whatever passes keeps apart from others in a Terraform id, which drops other characters", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (name) => {
        fc.pre(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name));
        expect(requireName(stack, "name", name).replace(/[^A-Za-z0-9_-]/g, "")).toBe(name);
      }),
    );
  });
});

describe("addresses", () => {
  test.each(["10.0.0.1", "::1", "2001:db8::1", "host", "host1.example.com", "a-b.c", "1host.de", token])(
    "'%s' is one",
    (address) => {
      expect(requireAddress(stack, "host address", address)).toBe(address);
    },
  );

  test.each([
    "",
    "10.0.0",
    "10.0.0.256",
    "[::1]",
    "host_1",
    "-a",
    "a-",
    "a..b",
    "a b",
    "host:22",
    "a".repeat(64),
    "http://a",
    "a\nb",
    "fe80::1%eth0",
    "0.0.0.0",
    "::",
    "224.0.0.18",
    "::ffff:224.0.0.18",
    "255.255.255.255",
    "ff02::12",
  ])("fails for '%s'", (address) => {
    expect(() => requireAddress(stack, "host address", address)).toThrow(
      `stack: '${address}' is no host address; give an IPv4 address, an IPv6 address without brackets, or a DNS name`,
    );
  });

  test("fails where none is given, as JavaScript and environment variables allow", () => {
    expect(() => requireAddress(stack, "host address", undefined as unknown as string)).toThrow(
      "stack: 'undefined' is no host address",
    );
  });

  test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "fe80::1%eth0", "host"])(
    "other machines do not reach one by %s",
    (address) => {
      expect(() => requireReachableAddress(stack, "virtual address", address)).toThrow(
        `stack: '${address}' is no virtual address; give an IPv4 or IPv6 address that other machines can reach`,
      );
    },
  );

  test.each([
    ["FD00:0:0::0001", "fd00::1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::FFFF:a00:1", "10.0.0.1"],
    ["A.Example.com", "a.example.com"],
    [token, token],
  ])("%s is another spelling of %s", (address, canonical) => {
    expect(canonicalAddress(address)).toBe(canonical);
  });

  test("fails for a DNS name where only an IP address will do", () => {
    expect(requireIpAddress(stack, "virtual address", "fe80::1")).toBe("fe80::1");
    expect(requireIpAddress(stack, "virtual address", token)).toBe(token);
    expect(() => requireIpAddress(stack, "virtual address", "vip.example.com")).toThrow(
      "stack: 'vip.example.com' is no virtual address; give an IPv4 or IPv6 address",
    );
  });

  test.each([
    ["10.0.0.1", "10.0.0.1:80"],
    ["::1", "[::1]:80"],
    ["host", "host:80"],
    [token, `${token}:80`],
  ])("%s with a port is %s", (address, expected) => {
    expect(hostPort(address, 80)).toBe(expected);
  });
});

describe("numbers", () => {
  test.each([1, 5, 10])("%s is within bounds", (value) => {
    expect(requireWhole(stack, "it", value, 1, 10)).toBe(value);
  });

  test.each([0, 11, 1.5, NaN, Infinity, -1])("fails for %s", (value) => {
    expect(() => requireWhole(stack, "the number", value, 1, 10)).toThrow(
      `stack: the number is ${value}; give a whole number from 1 to 10`,
    );
  });

  test("fails for a token, which cdktf would not resolve in text", () => {
    expect(() => requireWhole(stack, "the number", numberToken, 1, 10)).toThrow(
      "stack: the number is not known before apply; give a whole number from 1 to 10",
    );
  });

  test("says of text that looks like a number what is wrong with it", () => {
    expect(() => requireWhole(stack, "the number", "5" as unknown as number, 1, 10)).toThrow(
      "stack: the number is '5', which is text; give a whole number from 1 to 10",
    );
  });

  test("names the lower bound alone where there is no upper one", () => {
    expect(() => requireWhole(stack, "the number", 0, 1)).toThrow(
      "stack: the number is 0; give a whole number of at least 1",
    );
  });

  test.each([0, 65536, -1, 80.5])("fails for the port %s", (port) => {
    expect(() => requirePort(stack, "the port", port)).toThrow(
      `the port is ${port}; give a whole number from 1 to 65535`,
    );
  });

  test.each([1, 65535])("%s is a port", (port) => {
    expect(requirePort(stack, "the port", port)).toBe(port);
  });
});

describe("text", () => {
  test.each(["a", 'it\'s "quoted" ${x}', "ü 漢"])("'%s' is a line", (text) => {
    expect(requireLine(stack, "it", text)).toBe(text);
  });

  test.each(["", "a\nb", "a\rb", "a\0", "\u007f", "\t"])("fails for %j", (text) => {
    expect(() => requireLine(stack, "the revision", text)).toThrow(
      `stack: the revision is ${JSON.stringify(text)}; give text on one line, without control characters`,
    );
  });

  test.each(["/opt", "/opt/zato/3.3", "/opt/...", "/a_b-c+d"])("'%s' is an absolute path", (path) => {
    expect(requireAbsolutePath(stack, "it", path)).toBe(path);
  });

  test.each([
    "",
    "opt",
    "./a",
    "/a b",
    "/a/../b",
    "/",
    "/a/",
    "//a",
    "/a//b",
    "/./a",
    "/a/.",
    "/$HOME",
    "/a'b",
    "/a%i",
    "~/a",
    "/a\n",
  ])("fails for the path '%s'", (path) => {
    expect(() => requireAbsolutePath(stack, "the path", path)).toThrow(
      `stack: the path is '${path}'; give an absolute path of letters, digits and '_ . - +', without '..' or '/' at the end`,
    );
  });

  test.each(["/", "/zato/jwt/", "/a/{id}"])("'%s' is a URL path", (path) => {
    expect(requireUrlPath(stack, "path", path)).toBe(path);
  });

  test.each(["", "zato", "/a b", "/a\n    acl x", "/a#b", "/a\\b", '/"', "/%7A", "/a/../b", "/.", "/a/.."])(
    "fails for the URL path %j",
    (path) => {
      expect(() => requireUrlPath(stack, "URL path to open", path)).toThrow(
        /is no URL path to open; give its beginning, from '\/' on/,
      );
    },
  );
});

describe("networks", () => {
  test.each(["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1", "2001:db8::/32", "::/0", "::1"])("%s is one", (network) => {
    expect(requireSource(stack, "it", network)).toBe(network);
  });

  test.each([
    "",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "::/129",
    "10.0.0/8",
    "::ffff:10.0.0.1",
    "fe80::1%eth0",
    "a",
    undefined as unknown as string,
  ])("fails for '%s'", (network) => {
    expect(() => requireSource(stack, "network of clients", network)).toThrow(
      `stack: '${network}' is no network of clients; give an IPv4 or IPv6 network, for example '10.0.0.0/8', or an address`,
    );
  });

  test("nothing is taken for one that would be more on a line of nftables or HAProxy", () => {
    const around = fc.oneof(
      anyText,
      fc.tuple(fc.constantFrom("10.0.0.0/8", "::1"), anyText).map((pair) => pair.join("")),
    );
    fc.assert(
      fc.property(around, (text) => {
        fc.pre(!/^[0-9a-fA-F.:]+(\/\d+)?$/.test(text));
        expect(() => requireSource(stack, "it", text)).toThrow(ConstructError);
      }),
    );
  });
});

test("nothing is taken for a DNS name that would be more on a line of HAProxy", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      fc.pre(!/^[A-Za-z0-9.-]+$/.test(text));
      expect(() => requireDnsName(stack, "it", text)).toThrow(ConstructError);
    }),
  );
  expect(requireDnsName(stack, "it", "zato.internal")).toBe("zato.internal");
});

test.each([
  "",
  "a",
  "-----BEGIN CERTIFICATE-----\nMIIB\n",
  "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
])("%j is no certificate", (pem) => {
  expect(() => requireCertificates(stack, "'ca'", pem)).toThrow(
    /'ca' is not made of certificates alone; give the text/,
  );
});

test("several certificates are taken, with the line breaks of Windows too", () => {
  const pem = "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n";
  expect(requireCertificates(stack, "'ca'", pem + pem)).toBe(pem + pem);
});
