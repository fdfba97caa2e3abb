#!/usr/bin/env bash
# cdktn.sh: a project that `cdktn-zato init` writes, with cdktn and nothing of cdktf, deploys the README's example on the lab by cdktn's
# own command, which needs Node >= 22.19. Needs the npm registry, what the lab needs (lab/README.md), and dependencies installed here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
lab() { npm --prefix "$root" run --silent lab -- "$@"; }

work=$(mktemp -d)
leave() {
    lab down
    [ -z "${SSH_AGENT_PID:-}" ] || kill "$SSH_AGENT_PID"
    rm -rf -- "$work"
}
trap leave EXIT

# The package, from the same sources.
node scripts/cdktn/stage.js "$work/staged"
(cd "$work/staged" && npm install --no-package-lock --no-audit --no-fund --loglevel=error && npm pack --silent --pack-destination "$work")
tarball=$(echo "$work"/cdktn-zato-*.tgz)

# The machines.
lab up
state=$(lab status | sed -n 's/^state *//p')
of_lab() { node -p "const lab = require('$state'); const host = (name) => lab.hosts.find((one) => one.name === name); $1 ?? ''"; }
entry=$(of_lab 'host("client").address' | sed 's/[0-9]*$/100/')
eval "$(ssh-agent -s)" >/dev/null
ssh-add -q "$(of_lab lab.keyFile)"

# The project, with its three edits.
npm install --silent --no-audit --no-fund --prefix "$work/node" "node@${NODE:-24}"
PATH=$work/node/node_modules/node/bin:$PATH
npx --yes --package "$tarball" cdktn-zato init "$work/project"
cd "$work/project"
for host in host1 host2; do
    sed -i "s|<address of $host>\", cpus: 4|$(of_lab "host('$host').address")\", cpus: $(of_lab "host('$host').cpus")|" main.ts
    sed -i "s|<host key of $host>|$(of_lab "host('$host').hostKey")|" main.ts
done
sed -i "s|<virtual address>|$entry|; s|<URL of [^>]*>|$(of_lab lab.archive.url)|; s|<SHA-256 of it>|$(of_lab lab.archive.sha256)|" main.ts
npm pkg set "dependencies.cdktn-zato=file:$tarball"
npm install --no-audit --no-fund --loglevel=error
if npm ls cdktf >/dev/null 2>&1; then echo "cdktf is installed beside cdktn" >&2 && exit 1; fi
npx --no-install tsc

# Its life.
export CI=true CHECKPOINT_DISABLE=1 CDKTF_DISABLE_PLUGIN_CACHE_ENV=1
TF_CLI_CONFIG_FILE=$(of_lab lab.terraform.cliConfigFile)
if [ -n "$TF_CLI_CONFIG_FILE" ]; then export TF_CLI_CONFIG_FILE; else unset TF_CLI_CONFIG_FILE; fi
npx --no-install cdktn deploy --auto-approve --skip-provider-lock
lab ssh client curl --silent --fail --show-error "http://$entry/zato/ping"
npx --no-install cdktn-zato verify
terraform -chdir=cdktf.out/stacks/production plan -input=false -detailed-exitcode
npx --no-install cdktn destroy --auto-approve --skip-provider-lock
printf 'the README example was deployed by cdktn %s alone\n' "$(node -p 'require("cdktn/package.json").version')"
