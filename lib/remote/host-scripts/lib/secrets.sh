# Secrets of a cluster: one file each, readable by root alone, never on a command line.
# shellcheck shell=bash

# install_secrets FOLDER STAGED: the parameter "secrets" lists them as "NAME generated", "NAME generated VERSION" or
# "NAME given"; a given one was uploaded as STAGED.secret.NAME.
install_secrets() {
    local folder=$1 staged=$2 name source version
    install -d -m 0700 "$folder"
    while read -r name source version; do
        [ -n "$name" ] || continue
        if [ "$source" = given ]; then
            [ -s "$staged.secret.$name" ] || fail "the secret '$name' is empty; set its Terraform variable"
            install_file "$staged.secret.$name" "$folder/$name" 0600 root
        elif is_generated "$folder/$name" "$version"; then
            install_file "$folder/$name" "$folder/$name" 0600 root
        else
            random_key >"$work/secret"
            install_file "$work/secret" "$folder/$name" 0600 root
            note_version "$folder/$name.version" "$version"
        fi
    done < <(param secrets; echo)
    rm -f -- "$staged".secret.*
}

note_version() {
    if [ -n "$2" ]; then printf '%s' "$2" >"$1"; else rm -f -- "$1"; fi
}

# is_generated FILE VERSION: what was generated, or given, without a version is that of the first install.
is_generated() {
    [ -s "$1" ] && [ "$(cat "$1.version" 2>/dev/null)" = "$2" ]
}

# 32 random bytes the way Fernet wants its keys; good for passwords too.
random_key() {
    head -c 32 /dev/urandom | base64 -w 0 | tr '+/' '-_'
}

# salted_hash SALT: of standard input, behind the salt that it takes to compare it with another one.
salted_hash() {
    printf '%s %s\n' "$1" "$({ printf '%s' "$1"; cat; } | sha256sum | cut -d ' ' -f 1)"
}

# is_hash_of FILE COMMAND...: whether FILE holds a salted hash of what the command prints.
is_hash_of() {
    local file=$1
    shift
    [ -f "$file" ] && [ "$("$@" | salted_hash "$(cut -d ' ' -f 1 "$file")")" = "$(cat "$file")" ]
}

# in_double_quotes: standard input, as systemd reads it between double quotes in an environment file.
in_double_quotes() {
    LC_ALL=C sed 's/[\\"$`]/\\&/g'
}
