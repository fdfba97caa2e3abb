# Python packages that services need, installed into Zato's code.
# shellcheck shell=bash

# need_requirements FILE: in the build that lies at the declared path; each build has its own.
need_requirements() {
    local zato folder stamp
    zato=$(param zato)
    folder=$(dirname "$(readlink -f "$zato/bin")")
    stamp=$folder/.cdktf-zato-requirements
    if [ -f "$stamp" ] && cmp -s "$1" "$stamp"; then return; fi
    progress "installing the services' Python requirements"
    install -d -m 0700 -o zato -g zato "$work/zato"
    install -m 0600 -o zato -g zato "$1" "$work/zato/requirements.txt"
    as_zato_in "$folder" "$zato" "$zato/bin/python" -m pip install --disable-pip-version-check -q -r "$work/zato/requirements.txt" ||
        fail "the Python requirements of the services cannot be installed; see the log"
    install -m 0600 "$1" "$stamp"
}
