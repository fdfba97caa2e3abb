# What of a host belongs to a deployment.
# shellcheck shell=bash

# our_components: those of this deployment on this host, and those of the host itself, as drift.sh asks for them.
our_components() {
    awk -F '\t' -v balancer="$(param balancer)" -v cluster="$(param cluster)" -v self="$name" '
        $2 != "declared" { next }
        { split($3, is, " ") }
        is[2] != "-" ? is[2] == cluster : is[1] !~ /^(haproxy|metrics|alarms)$/ || $1 == balancer || $1 == self { print is[1], $1, "unknown" }
    ' "$work/facts"
}
