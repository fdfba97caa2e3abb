import { randomUUID } from "node:crypto";
import { FRAMEWORK } from "../framework";
import { ownPackage } from "./own-package";

const { name, library } = FRAMEWORK;

/** Names and texts of the files of a new project. */
export function projectFiles(): Readonly<Record<string, string>> {
  return {
    "package.json": json(packageOfProject()),
    "cdktf.json": json({
      language: "typescript",
      app: "npx tsx main.ts",
      projectId: randomUUID(),
      sendCrashReports: "false",
      targetVersions: { terraform: ">=1.11.0", opentofu: ">=1.11.0" },
      terraformProviders: [],
      terraformModules: [],
      context: {},
    }),
    "tsconfig.json": json({
      compilerOptions: {
        target: "ES2022",
        module: "Node16",
        moduleResolution: "Node16",
        types: ["node"],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
      },
      include: ["*.ts"],
    }),
    "main.ts": MAIN,
    ".gitignore": GITIGNORE,
    "README.md": README,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** With what this package needs beside it, but for what it can do without. */
function packageOfProject(): unknown {
  const { version, peerDependencies, peerDependenciesMeta } = ownPackage();
  const needed = Object.entries(peerDependencies).filter(([peer]) => !peerDependenciesMeta[peer]?.optional);
  return {
    name: "zato",
    private: true,
    scripts: { typecheck: "tsc", synth: `${name} synth`, deploy: `${name} deploy` },
    dependencies: { ...Object.fromEntries(needed), [library]: `^${version}` },
    devDependencies: {
      "@types/node": "^20.19.43",
      [`${name}-cli`]: peerDependencies[name],
      tsx: "^4.23.15",
      typescript: "~5.9",
    },
  };
}

const MAIN = `import { App, TerraformStack } from "${name}";
import { HaproxyLoadBalancer, HighAvailabilityDeployment, PhysicalHost, ZatoInstallation } from "${library}";
import { Construct } from "constructs";

// Edit 1 of 3: your two machines, with Debian or Ubuntu and an SSH user who is root or has sudo without a password. CPUs are those
// that 'nproc' counts; 'ssh-keyscan -t ecdsa ADDRESS' prints the host key: compare it with what the machine's console shows.
const HOST1 = { address: "<address of host1>", cpus: 4, ssh: { user: "ops", hostKey: "<host key of host1>" } };
const HOST2 = { address: "<address of host2>", cpus: 4, ssh: { user: "ops", hostKey: "<host key of host2>" } };

// Edit 2 of 3: the address that clients will use: one that nobody has, in the network of both machines.
const VIRTUAL_ADDRESS = "<virtual address>";

// Edit 3 of 3: where hosts get Zato from: an archive, and its SHA-256 as 'sha256sum' prints it. Or another ZatoInstallation.
const INSTALLATION = { url: "<URL of zato-3.3.tar.gz>", sha256: "<SHA-256 of it>" };

class Production extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const host1 = new PhysicalHost(this, "host1", HOST1); // the SSH key comes from your agent
    const host2 = new PhysicalHost(this, "host2", HOST2);
    new HighAvailabilityDeployment(this, "zato", {
      hosts: [host1, host2], // one independent cluster per host
      installation: ZatoInstallation.archive(INSTALLATION),
      loadBalancer: new HaproxyLoadBalancer(this, "edge", {
        hosts: [host1, host2], // the balancer lives on the same two machines
        virtualAddress: VIRTUAL_ADDRESS,
      }),
    });
  }
}

const app = new App();
new Production(app, "production");
app.synth();
`;

const GITIGNORE = `node_modules/
cdktf.out/
.terraform/
*.tfstate
*.tfstate.*
`;

const README = `# Zato on two machines

\`main.ts\` declares it. Edit it in the three places that it names, then:

\`\`\`sh
npm install
npx ${name} deploy                # checks both machines first, and changes nothing if one of them is not fit
npx ${library} verify           # what is not as deployed
npx ${library} logs -f          # what goes on
npx ${library} web-admin host1  # a browser's way to a cluster
\`\`\`

Terraform's state is in \`terraform.production.tfstate\` here. It is what knows the machines: keep it, and let a remote backend keep it
where several people deploy.
`;
