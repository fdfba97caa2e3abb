# Secrets of a cluster: one file each, readable by root alone, never on a command line.
# shellcheck shell=bash

# install_secrets FOLDER STAGED: the parameter "secrets" lists them as "NAME generated" or "NAME given"; a given one was
# uploaded as STAGED.secret.NAME.
install_secrets() {
    local folder=$1 staged=$2 name source
    install -d -m 0700 "$folder"
    while read -r name source; do
        [ -n "$name" ] || continue
        if [ "$source" = given ]; then
            [ -s "$staged.secret.$name" ] || fail "the secret '$name' is empty; set its Terraform variable"
            install_file "$staged.secret.$name" "$folder/$name" 0600 root
        elif [ ! -s "$folder/$name" ]; then
            random_key >"$work/secret"
            install_file "$work/secret" "$folder/$name" 0600 root
        fi
    done < <(param secrets; echo)
    rm -f -- "$staged".secret.*
}

# 32 random bytes the way Fernet wants its keys; good for passwords too.
random_key() {
    head -c 32 /dev/urandom | base64 -w 0 | tr '+/' '-_'
}
