# Terraform runs our scripts on a terminal, which hangs up when Terraform is killed. In a session of its own a script
# finishes what it has begun all the same, and the next run waits for it: Terraform may take it for done.
# shellcheck shell=bash

if [ -z "${OWN_SESSION:-}" ]; then
    OWN_SESSION=yes exec setsid --wait bash "$0" "$@"
fi
