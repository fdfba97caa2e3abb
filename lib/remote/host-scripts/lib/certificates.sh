# Certificates: certificate, chain and private key in one file. They are checked before they are put in place.
# shellcheck shell=bash

# install_certificate NAME MODE OWNER[:GROUP]: the parameter NAME says where a configuration expects it; there is none where that is
# empty. It was uploaded, or is the file of the user's own that NAME_file says. Its place is added to "certificates".
install_certificate() {
    local target source what
    target=$(param "$1") source=$(param "$1_file") what=$source
    [ -n "$target" ] || return 0
    if [ -z "$source" ]; then
        source=$staged.secret.$1 what='the certificate'
        [ -s "$source" ] || fail "the certificate is empty; set its Terraform variable"
    fi
    [ -s "$source" ] || fail "there is no certificate in $source on this host"
    check_certificate "$source" "$what"
    [ "$source" = "$target" ] || install_file "$source" "$target" "$2" "$3"
    certificates+=("$target")
}

# check_certificate FILE WHAT
check_certificate() {
    local certified own
    need_packages openssl
    certified=$(openssl x509 -in "$1" -noout -pubkey) || fail "$2 does not begin with a certificate in PEM"
    openssl x509 -in "$1" -noout -checkend 0 ||
        fail "$2 has expired: $(openssl x509 -in "$1" -noout -enddate | cut -d = -f 2)"
    own=$(openssl pkey -in "$1" -pubout -passin pass: </dev/null) ||
        fail "$2 has no private key behind the certificate, or one with a passphrase"
    [ "$certified" = "$own" ] || fail "the private key in $2 is that of another certificate"
}
