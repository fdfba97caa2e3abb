#!/usr/bin/env bash
# Tries the package as a user gets it: packs it, checks its metadata, installs it into an empty project, and compiles
# and synthesizes a program against it. Needs the npm registry.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

root=$PWD
project=$(mktemp -d)
trap 'rm -rf -- "$project"' EXIT

version_of() {
    node -p "require('./node_modules/$1/package.json').version"
}

npm pack --silent --pack-destination "$project" >/dev/null
tarball=$(echo "$project"/*.tgz)
npx --no-install publint --strict "$tarball"
npx --no-install attw --profile node16 "$tarball"

cp scripts/try-package/* "$project"
cd "$project"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund "$tarball" \
    "cdktf@$(cd "$root" && version_of cdktf)" \
    "constructs@$(cd "$root" && version_of constructs)" \
    "@cdktf/provider-null@$(cd "$root" && version_of @cdktf/provider-null)" \
    "@types/node@$(cd "$root" && version_of @types/node)" \
    "typescript@$(cd "$root" && version_of typescript)"
npx --no-install tsc -p .
node main.js
node check.js
npx --no-install cdktf-zato --help >/dev/null

# The entry point for AWS with its optional peer, also as the tsconfig.json of `cdktf init` resolves it.
npm install --silent --no-audit --no-fund --prefer-offline \
    "@cdktf/provider-aws@$(cd "$root" && version_of @cdktf/provider-aws)"
npx --no-install tsc -p . --module CommonJS --moduleResolution node10 --noEmit
npx --no-install tsc -p tsconfig.aws.json --module CommonJS --moduleResolution node10 --noEmit
npx --no-install tsc -p tsconfig.aws.json
node aws.js
echo "the package compiles and synthesizes in an empty project"
