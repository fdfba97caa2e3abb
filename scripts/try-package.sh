#!/usr/bin/env bash
# Tries the package as a user gets it: packs it, checks its metadata, installs it into an empty project, compiles and
# synthesizes a program and all of its examples against it, and looks for what its pages link to. For the framework that the
# package's peers name. TYPESCRIPT, if set, is the version of the compiler. Needs the npm registry.
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

mkdir "$project/unpacked"
tar -x -z -f "$tarball" -C "$project/unpacked"
all=$(wc -c <"$tarball") without_pages=$(tar -c --sort=name -C "$project/unpacked" --exclude=package/docs --exclude=package/examples --exclude=package/CHANGELOG.md package | gzip -9 | wc -c)
rm -r "$project/unpacked"
echo "the package takes $all bytes, and $without_pages without its pages and examples"
[ "$without_pages" -le 300000 ] || { echo "without its pages and examples the package takes more than 300 kB" >&2; exit 1; }
[ "$all" -le 450000 ] || { echo "with its pages and examples the package takes more than 450 kB" >&2; exit 1; }

npx --no-install publint --strict "$tarball"
npx --no-install attw --profile node16 "$tarball"

# What its first page has people install, as the registry has it today.
read -r -a installed < <(sed -n 's/^In a project of yours: .npm install \([^,]*\).,.*/\1/p' README.md)
mkdir "$project/as-told"
(cd "$project/as-told" && npm install --dry-run --silent --no-audit --no-fund "${installed[@]/#$name/$tarball}")

cp scripts/try-package/* "$project"
cd "$project"
npm init --yes >/dev/null
mapfile -t peers < <(with_version "$framework" constructs "@$framework/provider-null" @types/node)
if [ -n "${TYPESCRIPT:-}" ]; then peers+=("typescript@$TYPESCRIPT"); else peers+=("$(with_version typescript)"); fi
npm install --silent --no-audit --no-fund "$tarball" "${peers[@]}"
npx --no-install tsc -p .
node main.js
node check.js
npx --no-install "$name" --help >/dev/null

# Without its optional peer the entry point for AWS says what to install.
! said=$(node -e "require('$name/aws')" 2>&1) || { echo "$name/aws loads without its provider" >&2; exit 1; }
grep -qF "run 'npm install @$framework/provider-aws@" <<<"$said" || { printf '%s\n' "$said" >&2; exit 1; }

# The entry point for AWS with its optional peer, also as the tsconfig.json of `cdktf init` resolves it: as the compiler does by itself.
mapfile -t peers < <(with_version "@$framework/provider-aws")
npm install --silent --no-audit --no-fund --prefer-offline "${peers[@]}"
npx --no-install tsc -p . --module CommonJS --noEmit
npx --no-install tsc -p tsconfig.aws.json --module CommonJS --noEmit
npx --no-install tsc -p tsconfig.aws.json
node aws.js

# The examples, as somebody copies them out of the package: all in one run of the compiler, since all have the same settings.
cp -R "node_modules/$name/examples" .
node examples.js
npx --no-install tsc -p examples
for example in examples/*/main.js; do
    (cd "$(dirname "$example")" && node main.js && test -s cdktf.out/manifest.json)
done

node links.js
echo "the package compiles and synthesizes in an empty project"
