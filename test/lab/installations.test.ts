import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TerraformStack } from "cdktf";
import { ZatoInstallation, ZatoRelease } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { InstalledZato } from "../../lib/zato/installed-zato";
import { labHost } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";

const ZATO = "/opt/zato/3.3";

/**
 * Makes a signed apt repository out of the archive, on the host `client`: REPOSITORY is its folder, ARCHIVE the archive.
 * The package brings Zato to the path that it was built at.
 */
const BUILD_REPOSITORY = `
set -euo pipefail
export GNUPGHOME=$(mktemp -d) DEBIAN_FRONTEND=noninteractive
cd "$(mktemp -d)"
trap 'rm -rf "$GNUPGHOME" "$PWD"' EXIT
for version in 3.3.0-1 3.3.0-2; do
  rm -rf root && mkdir -p root/DEBIAN root${ZATO} "$REPOSITORY/pool" "$REPOSITORY/dists/stable/main/binary-amd64"
  tar -xf "$ARCHIVE" -C root${ZATO} --no-same-owner
  printf 'Package: zato\\nVersion: %s\\nArchitecture: amd64\\nMaintainer: lab\\nDescription: stand-in for Zato\\n' $version >root/DEBIAN/control
  printf '#!/bin/sh\\nchown -R zato:zato ${ZATO}\\n' >root/DEBIAN/postinst
  chmod 0755 root/DEBIAN root/DEBIAN/postinst
  deb=pool/zato_\${version}_amd64.deb
  dpkg-deb --build --root-owner-group root "$REPOSITORY/$deb" >/dev/null
  {
    cat root/DEBIAN/control
    printf 'Filename: %s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$REPOSITORY/$deb")" "$(sha256sum <"$REPOSITORY/$deb" | cut -d ' ' -f 1)"
  } >>Packages
done
cd "$REPOSITORY/dists/stable"
mv "$OLDPWD/Packages" main/binary-amd64/Packages
{
  printf 'Suite: stable\\nCodename: stable\\nComponents: main\\nArchitectures: amd64\\nDate: %s\\nSHA256:\\n' "$(date -Ru)"
  printf ' %s %s main/binary-amd64/Packages\\n' "$(sha256sum <main/binary-amd64/Packages | cut -d ' ' -f 1)" "$(stat -c %s main/binary-amd64/Packages)"
} >Release
gpg --batch --quiet --passphrase '' --quick-generate-key lab@example.com ed25519 sign never
gpg --batch --quiet --clearsign --output InRelease Release
gpg --armor --export lab@example.com
chmod -R a+rX "$REPOSITORY"
cd - >/dev/null
`;

let lab: Lab;
let project: Project;

beforeEach(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  project = new Project(lab);
});

afterEach(() => project?.remove());

function only(installation: ZatoInstallation) {
  return (stack: TerraformStack): void => {
    const host = labHost(stack, lab, "host1");
    new InstalledZato(stack, "zato", { host, installation, release: ZatoRelease.V3_3, name: "zato" });
  };
}

async function install(installation: ZatoInstallation): Promise<{ status: number; said: string }> {
  const { status, stdout, stderr } = await project.synth(only(installation)).tryApply();
  return { status, said: stdout + stderr };
}

async function expectUsable(): Promise<void> {
  const version = await lab.execOrThrow("host1", `cd /opt/zato && runuser -u zato -- ${ZATO}/bin/zato --version`);
  expect(version).toContain("3.3");
  expect(await lab.execOrThrow("host1", "readlink -f /opt/zato/current")).toBe(`${ZATO}\n`);
}

async function unpackByHand(): Promise<void> {
  const { url } = lab.archive;
  const user = "useradd --system --home-dir /opt/zato --no-create-home zato";
  await lab.execOrThrow("host1", `${user}; mkdir -p ${ZATO} && curl -fsS ${url} | tar -xz -C ${ZATO} --no-same-owner`);
  await lab.execOrThrow("host1", `chown -R zato:zato /opt/zato`);
}

describe("an archive", () => {
  test("with another SHA-256 is not unpacked, which says both", async () => {
    const sha256 = "0".repeat(64);
    const { status, said } = await install(ZatoInstallation.archive({ ...lab.archive, sha256 }));
    expect(status).toBe(1);
    expect(said).toContain(
      `${lab.archive.url} has SHA-256 ${lab.archive.sha256} instead of ${sha256}; nothing was unpacked`,
    );
    expect((await lab.exec("host1", `ls ${ZATO} ${ZATO}.new`)).stdout).toBe("");

    // WHEN it is put right
    expect(await install(ZatoInstallation.archive(lab.archive))).toMatchObject({ status: 0 });

    // THEN
    await expectUsable();
  });
});

describe("a Zato that is there already", () => {
  test("is used as it is, and stays when the cluster goes", async () => {
    // GIVEN somebody who, as zato, exchanges files for links while the code is given to root
    await unpackByHand();
    const exchange = `import os
for n in range(3000): open(f"{n}", "w").close(); os.symlink("/var/tmp/witness", f"link{n}")
while os.stat("0").st_uid: pass
for n in range(3000): os.rename(f"link{n}", f"{n}")`;
    await lab.execOrThrow(
      "host1",
      `install -m 4755 /dev/null /var/tmp/witness; install -d -m 0770 -o zato -g zato ${ZATO}/theirs; cd ${ZATO}/theirs
       setsid setpriv --reuid zato --regid zato --clear-groups python3 -c '${exchange}' >/dev/null 2>&1 </dev/null & sleep 2`,
    );

    // WHEN
    expect(await install(ZatoInstallation.preinstalled(ZATO))).toMatchObject({ status: 0 });

    // THEN
    await expectUsable();
    expect(await lab.execOrThrow("host1", "stat -c '%a %U:%G' /var/tmp/witness")).toBe("4755 root:root\n");
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect((await lab.exec("host1", `ls ${ZATO}/bin/zato; id zato`)).status).toBe(0);
  });

  test("is refused when it is not there", async () => {
    const { status, said } = await install(ZatoInstallation.preinstalled(ZATO));
    expect(status).toBe(1);
    expect(said).toContain(`there is no Zato in ${ZATO}: bin/py is missing`);
  });

  test("is refused when its server cannot be imported, though 'zato --version' works", async () => {
    await unpackByHand();
    await lab.execOrThrow("host1", `rm ${ZATO}/lib/site-packages/zato/server/main.py`);
    expect((await lab.exec("host1", `cd /opt/zato && runuser -u zato -- ${ZATO}/bin/zato --version`)).status).toBe(0);
    const { status, said } = await install(ZatoInstallation.preinstalled(ZATO));
    expect(status).toBe(1);
    expect(said).toContain(`Zato in ${ZATO} is incomplete: its server cannot be imported`);
  });
});

describe("the user's own script", () => {
  const scriptFile = (): string => path.join(project.folder, "install.sh");

  test("is run by root with the path, once", async () => {
    const lines = ["#!/bin/bash", "set -e", 'echo "$(id -un) $*" >>/var/tmp/runs', 'mkdir -p "$1"'];
    const unpack = [`curl -fsS ${lab.archive.url} | tar -xz -C "$1" --no-same-owner`, 'chown -R zato:zato "$1"'];
    writeFileSync(scriptFile(), [...lines, ...unpack, ""].join("\n"));
    expect(await install(ZatoInstallation.script({ file: scriptFile() }))).toMatchObject({ status: 0 });
    await expectUsable();
    await project.apply(`-replace=${project.address("zato/state")}`);
    expect(await lab.execOrThrow("host1", "cat /var/tmp/runs")).toBe(`root ${ZATO}\n`);
  });

  test("that fails stops the apply, and is run again", async () => {
    writeFileSync(scriptFile(), "#!/bin/bash\necho again >>/var/tmp/runs\nexit 3\n");
    for (const run of [1, 2]) {
      const { status, said } = await install(ZatoInstallation.script({ file: scriptFile() }));
      expect(status).toBe(1);
      expect(said).toContain("the installation script ended with exit status 3");
      expect(await lab.execOrThrow("host1", "cat /var/tmp/runs")).toBe("again\n".repeat(run));
    }
  });
});

test("a package repository gives the very version that is declared, and keeps it", async () => {
  // GIVEN
  const archive = `/srv/artifacts/${path.basename(lab.archive.url)}`;
  const build = `REPOSITORY=/srv/artifacts/apt ARCHIVE=${archive}\nrm -rf "$REPOSITORY"\n${BUILD_REPOSITORY}`;
  const signingKeyFile = path.join(project.folder, "key.asc");
  writeFileSync(signingKeyFile, await lab.execOrThrow("client", build));
  const repository = (version: string): ZatoInstallation =>
    ZatoInstallation.repository({
      url: `http://${lab.host("client").address}:8000/apt`,
      suite: "stable",
      signingKeyFile,
      version,
      path: ZATO,
    });
  const installed = (): Promise<string> => lab.execOrThrow("host1", "dpkg-query -W -f '${Version} ${Status}' zato");

  // WHEN, THEN
  expect(await install(repository("3.3.0-1"))).toMatchObject({ status: 0 });
  await expectUsable();
  expect(await installed()).toBe("3.3.0-1 hold ok installed");
  await lab.execOrThrow("host1", "apt-get upgrade -q -y");
  expect(await installed()).toBe("3.3.0-1 hold ok installed");

  // WHEN, THEN
  expect(await install(repository("3.3.0-2"))).toMatchObject({ status: 0 });
  expect(await installed()).toBe("3.3.0-2 hold ok installed");

  // WHEN, THEN
  expect(await project.destroy()).toMatchObject({ status: 0 });
  const left =
    "dpkg-query -W zato; ls /opt/zato /etc/apt/sources.list.d/cdktf-zato.list /etc/apt/keyrings/cdktf-zato.gpg";
  expect((await lab.exec("host1", left)).stdout).toBe("");
});
