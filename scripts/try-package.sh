#!/usr/bin/env bash
# Tries the package as a user gets it: packs it, checks its metadata, installs it into an empty project, and compiles
# and synthesizes a program against it. For the framework that the package's peers name. Needs the npm registry.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

root=$PWD
project=$(mktemp -d)
trap 'rm -rf -- "$project"' EXIT

name=$(node -p 'require("./package.json").name')
framework=${name%-zato}

# with_version PACKAGE...: those of them that are installed here, each with its version.
with_version() {
    local package
    for package in "$@"; do
        (cd "$root" && node -p "'$package@' + JSON.parse(fs.readFileSync('node_modules/$package/package.json', 'utf8')).version" 2>/dev/null) || true
    done
}

npm pack --silent --pack-destination "$project" >/dev/null
tarball=$(echo "$project"/*.tgz)
npx --no-install publint --strict "$tarball"
npx --no-install attw --profile node16 "$tarball"

cp scripts/try-package/* "$project"
cd "$project"
npm init --yes >/dev/null
mapfile -t peers < <(with_version "$framework" constructs "@$framework/provider-null" @types/node typescript)
npm install --silent --no-audit --no-fund "$tarball" "${peers[@]}"
npx --no-install tsc -p .
node main.js
node check.js
npx --no-install "$name" --help >/dev/null

# The entry point for AWS with its optional peer, also as the tsconfig.json of `cdktf init` resolves it.
mapfile -t peers < <(with_version "@$framework/provider-aws")
npm install --silent --no-audit --no-fund --prefer-offline "${peers[@]}"
npx --no-install tsc -p . --module CommonJS --moduleResolution node10 --noEmit
npx --no-install tsc -p tsconfig.aws.json --module CommonJS --moduleResolution node10 --noEmit
npx --no-install tsc -p tsconfig.aws.json
node aws.js
echo "the package compiles and synthesizes in an empty project"
