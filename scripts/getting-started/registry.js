"use strict";

// A registry that has this package alone, and sends on to the configured one for all others.

const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { join } = require("node:path");

const ROOT = join(__dirname, "../..");

/** Packs the package into a folder, and reads what it says of itself and of starting. */
function pack(folder) {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: ROOT, stdio: "ignore" });
  const file = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".tgz")),
  );
  const [manifest, page] = ["package.json", "docs/getting-started.md"].map((name) =>
    execFileSync("tar", ["-xzOf", file, `package/${name}`], { encoding: "utf8" }),
  );
  return { manifest: JSON.parse(manifest), page, tarball: readFileSync(file) };
}

/** Serves it; resolves to the server, whose `url` is what npm takes. */
function serve({ manifest, tarball }, address = "127.0.0.1") {
  const { name, version } = manifest;
  const upstream = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim().replace(/\/$/, "");
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  return new Promise((resolve) => {
    const server = createServer(({ url, headers }, response) => {
      if (url === `/${name}`) {
        const dist = { tarball: `http://${headers.host}/${name}.tgz`, integrity };
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({ name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } }),
        );
      } else if (url === `/${name}.tgz`) {
        response.end(tarball);
      } else {
        response.writeHead(302, { location: upstream + url }).end();
      }
    }).listen(0, address, () => resolve({ url: `http://${address}:${server.address().port}`, server }));
  });
}

module.exports = { pack, serve };
