# Zato's own programs, run the way that does not fall into its traps.
# shellcheck shell=bash

readonly ZATO_HOME=/opt/zato

secret_file() {
    printf '%s' "$CONFIG/secrets/$(param cluster)/$1"
}

# secret_in_use NAME: the secret that Zato takes now: while it is being changed, the former one.
secret_in_use() {
    local former
    former=$(secret_file "$1.former")
    if [ -f "$former" ]; then printf '%s' "$former"; else secret_file "$1"; fi
}

# keep_former NAME: what runs goes on with the secret that it was created with, until its turn comes.
keep_former() {
    local current former
    current=$(secret_file "$1") former=$(secret_file "$1.former")
    [ ! -s "$current" ] || [ -f "$former" ] || install_file "$current" "$former" 0600 root
}

# require_one_line SECRET: Zato's command files cannot hold a line break.
require_one_line() {
    [ "$(wc -l <"$(secret_file "$1")")" -eq 0 ] ||
        fail "the secret '$1' holds a line break, which Zato's command files cannot; choose one without"
}

# as_zato COMMAND...: in a folder that the user zato may read, with nothing on standard input, which the CLI would read.
as_zato() {
    (cd "$ZATO_HOME" && exec runuser -u zato -- env HOME="$ZATO_HOME" "$@" </dev/null)
}

# as_zato_in FOLDER PATH COMMAND...: as_zato, where the folder lies at the path, as units have it.
as_zato_in() {
    local folder=$1 path=$2
    shift 2
    if [ "$folder" = "$path" ]; then
        as_zato "$@"
        return
    fi
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    (cd "$ZATO_HOME" && exec unshare --mount bash -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' _ "$folder" "$path" \
        runuser -u zato -- env HOME="$ZATO_HOME" "$@" </dev/null)
}

# zato_from_config COMMAND_FILE [PARAMETER]: runs `zato from-config`. The manifest's file holds "key=value" lines; the
# parameter (by default "command_secrets") has lines "KEY SECRET VERSION" for those whose value is one of the cluster's secrets.
zato_from_config() {
    local commands=$1 secrets=${2:-command_secrets} key secret target=$work/zato/command
    while read -r key secret _; do
        [ -z "$key" ] || require_one_line "$secret"
    done < <(param "$secrets"; echo)
    install -d -m 0700 -o zato -g zato "$work/zato"
    {
        cat "$commands"
        echo
        while read -r key secret _; do
            [ -n "$key" ] || continue
            printf '%s=%s\n' "$key" "$(cat "$(secret_file "$secret")")"
        done < <(param "$secrets"; echo)
    } | sed '/^$/d' >"$target"
    chown zato:zato "$target"
    local status=0
    as_zato "$(param zato)/bin/zato" from-config "$target" || status=$?
    rm -f "$target"
    return "$status"
}

# is_created COMMAND_FILE: whether a component's folder was created whole, which our stamp says since Zato leaves a folder
# that looks complete when it fails, and holds the secrets and the database of now.
is_created() {
    [ -f "$state/created" ] && [ -d "$(param path)" ] && is_hash_of "$state/created-with" written_by_zato "$1"
}

# What Zato writes into a component's folder that may change later.
written_by_zato() {
    local key secret
    grep '^odb_' "$1" || true
    while read -r key secret _; do
        [ -z "$key" ] || { printf '%s ' "$key"; sha256sum <"$(secret_file "$secret")"; }
    done < <(param command_secrets; echo)
}

# create_directory COMMAND_FILE: creates a component's folder, unless that is done. What is in the former one's logs stays.
create_directory() {
    local path stamp
    path=$(param path)
    stamp=$state/created
    if is_created "$1"; then return; fi
    rm -f "$stamp" "$state/started"
    systemctl stop "$(param unit)" 2>/dev/null || true
    [ ! -d "$path/logs" ] || [ -d "$path.logs" ] || mv -T "$path/logs" "$path.logs"
    rm -rf -- "$path"
    install -d -m 0755 -o zato -g zato "$(dirname "$(dirname "$path")")" "$(dirname "$path")"
    install -d -m 0700 -o zato -g zato "$path"
    progress "creating $path"
    zato_from_config "$1" || fail "Zato could not create $path (exit status $?)"
    [ -f "$path/.zato-info" ] || fail "Zato created $path without .zato-info"
    if [ -d "$path.logs" ]; then
        rm -rf -- "$path/logs"
        mv -T "$path.logs" "$path/logs"
    fi
    written_by_zato "$1" | salted_hash "$(random_key)" >"$state/created-with"
    # Written whole at once, since its presence is what counts.
    install -m 0600 "$1" "$stamp.new"
    mv -f "$stamp.new" "$stamp"
}

# admin SERVER_ADDRESS COMMAND...: asks a server's admin API.
admin() {
    local address=$1
    shift
    zato_python admin.py "http://$address" "$(secret_in_use admin_invoke_password)" "$@"
}

# zato_python SCRIPT ARGUMENT...: runs a Python script of ours with Zato's own Python.
zato_python() {
    local script=$1
    shift
    PYTHONDONTWRITEBYTECODE=1 "$(param zato)/bin/py" "$scripts/$script" "$@"
}

answers() {
    curl -fsS -o /dev/null --max-time 5 "$1"
}

# answers_by_address URL [OPTION...]: over HTTP, unless it says otherwise. A certificate is for the name that clients use, not for the
# address.
answers_by_address() {
    curl -kfsS --proto-default http -o /dev/null --max-time 5 "$@"
}

all_workers_answer() {
    [ "$(admin "$1" count-workers)" = "$2" ]
}
