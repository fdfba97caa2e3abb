# How servers that are not ours to restart hear of an import.
# shellcheck shell=bash

# prepare_import: they hear of new JWT definitions when they start, and these are not ours to restart.
prepare_import() {
    if admin "$(first_server)" has-jwt "$(for_zato "$(file expected)")"; then return; fi
    progress "creating JWT definitions"
    admin "$(first_server)" create-jwt "$(for_zato "$(file expected)")" 5 || fail "the JWT definitions could not be created; see the log"
    fail "the cluster $(param cluster) has new JWT definitions, of which its servers hear when they start; restart them, one after the other, and deploy again"
}
