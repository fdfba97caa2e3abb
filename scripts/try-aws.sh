#!/usr/bin/env bash
# Applies, plans and destroys examples/aws-* with the real Terraform and the real AWS provider, against moto, which answers
# in AWS's place. For machines that have the provider: CI has not.
#
#   try-aws.sh PLUGINS [EXAMPLE…]     PLUGINS is a mirror folder: registry.terraform.io/hashicorp/aws/VERSION/OS_ARCH/…
#
# Needs terraform, node, openssl, and moto_server (pip install 'moto[server]') in PATH or as MOTO_SERVER.
# The stacks are the examples' own but for three things: what runs on machines is left out, since moto's machines are none;
# the version of the provider is the one at hand; and before the destroy, protection from deletion is lifted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

plugins=$(cd "${1:?usage: try-aws.sh PLUGINS [EXAMPLE…]}" && pwd)
shift
examples=("$@")
if [ $# -eq 0 ]; then examples=(aws-alb aws-nlb aws-rds); fi
moto=${MOTO_SERVER:-moto_server}
port=${MOTO_PORT:-5555}
version=$(basename "$(find "$plugins/registry.terraform.io/hashicorp/aws" -mindepth 1 -maxdepth 1 -type d | sort -V | tail -n 1)")
work=$(mktemp -d)
server=

clean_up() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
    rm -rf -- "$work"
}
trap clean_up EXIT

cat >"$work/terraform.rc" <<RC
disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = "$plugins"
    include = ["registry.terraform.io/*/*"]
  }
}
RC
export TF_CLI_CONFIG_FILE=$work/terraform.rc TF_IN_AUTOMATION=1 TF_INPUT=0
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_REGION=eu-central-1 AWS_EC2_METADATA_DISABLED=true
# The resource built into Terraform carries what runs on machines, so that no other provider is needed.
export CDKTF_CONTEXT_JSON='{"cdktf-zato:carrier":"terraform_data"}'

say() {
    printf '\n=== %s\n' "$*"
}

use_provider() {
    printf '{"terraform":{"required_providers":{"aws":{"source":"hashicorp/aws","version":"%s"}}}}' "$version" \
        >"$1/provider_override.tf.json"
}

# terraform_in FOLDER ARGUMENT…: prints the last lines alone, unless it fails.
terraform_in() {
    local folder=$1 begun=$SECONDS
    shift
    if ! terraform -chdir="$folder" "$@" -no-color >"$work/log" 2>&1; then
        cat "$work/log"
        return 1
    fi
    printf '%4d s  terraform %-40s %s\n' $((SECONDS - begun)) "$*" \
        "$(grep -E '^(Apply|Destroy) complete|^No changes|^Success|successfully initialized' "$work/log" | tail -n 1)"
}

say "moto in AWS's place, provider $version"
"$moto" -H 127.0.0.1 -p "$port" >"$work/moto.log" 2>&1 &
server=$!
for _ in $(seq 100); do
    if curl --silent --fail --output /dev/null "$AWS_ENDPOINT_URL/moto-api/"; then break; fi
    sleep 0.3
done
"$moto" --version 2>/dev/null || true

say "what users have already"
site=$work/site
mkdir "$site"
cp scripts/try-aws/site.tf.json "$site/main.tf.json"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=esb.example.com \
    -keyout "$site/key.pem" -out "$site/certificate.pem" 2>/dev/null
ssh-keygen -q -t ed25519 -N '' -f "$site/ops"
use_provider "$site"
terraform_in "$site" init
terraform_in "$site" apply -auto-approve
for name in certificate_arn hosted_zone_id vpc_id subnet_a subnet_b; do
    export "TF_VAR_$name=$(terraform -chdir="$site" output -raw "$name")"
done
export TF_VAR_image_id=ami-12c6146b # one of moto's own
TF_VAR_odb_password=$(openssl rand -hex 16)
export TF_VAR_odb_password

for example in "${examples[@]}"; do
    say "$example"
    out=$work/$example
    mkdir "$out"
    CDKTF_OUTDIR=$out npx --no-install tsx "examples/$example/main.ts"
    stack=$out/stacks/$example
    use_provider "$stack"
    terraform_in "$stack" init
    terraform_in "$stack" validate
    node scripts/try-aws/edit-stack.js "$stack/cdk.tf.json" without-machines
    # moto 5.2 gives all databases one resource id, so that the provider finds none of two: the first one is enough.
    # shellcheck disable=SC2016 # JavaScript
    mapfile -t only < <(node -p 'Object.keys(require(process.argv[1]).resource.aws_db_instance ?? {}).slice(0, 1).map(
        (name) => `-target=aws_db_instance.${name}`).join("\n")' "$stack/cdk.tf.json" | grep . || true)
    terraform_in "$stack" apply -auto-approve "${only[@]}"
    # moto 5.2 forgets, when it creates them, an instance's termination protection and the descriptions of egress rules.
    terraform_in "$stack" apply -auto-approve "${only[@]}"
    terraform_in "$stack" plan -detailed-exitcode "${only[@]}"
    terraform -chdir="$stack" show -json | node scripts/try-aws/tagged.js
    terraform -chdir="$stack" state list | grep -v '^terraform_data' | sed 's/\..*//' | sort | uniq -c
    if grep -r -l -F "$TF_VAR_odb_password" "$stack"; then
        echo "the password is in the files above"
        exit 1
    fi
    # As AWS asks for; moto would destroy what is protected too.
    node scripts/try-aws/edit-stack.js "$stack/cdk.tf.json" unprotected
    terraform_in "$stack" apply -auto-approve "${only[@]}"
    terraform_in "$stack" destroy -auto-approve
done
