# What running a script on a component, SCRIPT KIND NAME …, begins with.
# shellcheck shell=bash

# Terraform runs our scripts on a terminal, which hangs up when Terraform is killed. In a session of its own a script
# finishes what it has begun all the same, and the next run waits for it: Terraform may take it for done.
if [ -z "${OWN_SESSION:-}" ]; then
    OWN_SESSION=yes exec setsid --wait bash "$0" "$@"
fi

umask 077
kind=$1 name=$2
# shellcheck source=all.sh
. "$scripts/lib/all.sh"
# shellcheck source=/dev/null
. "$scripts/kinds/$kind.sh"

# A name of a user's has no dot: what is not a component's has one.
if [ "$kind" = host ]; then begin "host.$name"; else begin "$name"; fi
