#!/usr/bin/env bash
# terraform.sh [PROGRAM-VERSION...]: takes an installation on the lab through its life (first apply, empty plan, change, new secrets,
# destroy) under releases of Terraform and OpenTofu: without arguments the oldest and the newest that README.md names. Those that are
# not here yet are built from the Go module proxy. Needs what the lab needs (lab/README.md), and Go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[ "$#" -gt 0 ] || set -- terraform-1.10.0 terraform-1.16.4 tofu-1.11.0 tofu-1.12.6
programs=$PWD/lab/.cache/tested-with
status=0
for program in "$@"; do
    bash scripts/tested-with/build-terraform.sh "${program%%-*}" "${program#*-}" "$programs"
    TERRAFORM_BINARY_NAME=$programs/$program npx --no-install jest --config jest.tools.config.js terraform || status=1
done
exit "$status"
