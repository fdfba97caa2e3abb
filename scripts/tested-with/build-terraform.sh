#!/usr/bin/env bash
# build-terraform.sh terraform|tofu VERSION FOLDER: builds that release of Terraform or OpenTofu from the Go module proxy, and leaves
# the program in FOLDER, as terraform-1.16.4 or tofu-1.11.0. What is there already is not built again. Needs Go; takes 4 to 20 minutes
# on two cores.
set -euo pipefail

program=$1 version=$2 folder=$3
case $program in
    terraform) module=github.com/hashicorp/terraform main=. ;;
    tofu) module=github.com/opentofu/opentofu main=./cmd/tofu ;;
    *) echo "neither terraform nor tofu: $program" >&2 && exit 1 ;;
esac

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
built=$folder/$program-$version
[ ! -x "$built" ] || exit 0

sources=$(mktemp -d)
trap 'rm -rf -- "$sources"' EXIT
downloaded=$(cd "$sources" && go mod download -json "$module@v$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp -R "$downloaded/." "$sources"
chmod -R u+w "$sources"
cd "$sources"

# Where Terraform keeps states elsewhere are modules that only its repository has. This one keeps them in files.
backends=internal/backend/init/init.go
while read -r elsewhere; do
    go mod edit "-dropreplace=$elsewhere" "-droprequire=$elsewhere"
    name=$(sed -n "s|^\t\([A-Za-z0-9]*\) \"$elsewhere\"\$|\1|p" "$backends")
    [ -z "$name" ] || sed -i "/\\b$name\\b/d" "$backends"
done < <(sed -n 's|^replace \([^ ]*\) => \./.*|\1|p' go.mod)

CGO_ENABLED=0 go build -mod=mod -buildvcs=false -trimpath -ldflags "-s -w -X $module/version.dev=no" -o "$built.unfinished" "$main"
mv "$built.unfinished" "$built"
