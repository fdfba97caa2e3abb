# How a file of services gets to every server of Zato 4.
# shellcheck shell=bash

deploy_services() {
    fail "services cannot be brought to this release yet"
}

deploy_again() {
    fail "services cannot be brought to this release yet"
}
