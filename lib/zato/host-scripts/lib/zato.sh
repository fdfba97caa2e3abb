# Zato's own programs, run the way that does not fall into its traps.
# shellcheck shell=bash

readonly ZATO_HOME=/opt/zato

secret_file() {
    printf '%s' "$CONFIG/secrets/$(param cluster)/$1"
}

# content_secrets CLUSTER: the folder of the secrets of what the cluster runs.
content_secrets() {
    printf '%s' "$CONFIG/content-secrets/$1"
}

# secrets_for_zato: prints the paths of copies of a content's secrets, a line each, for what is to hide them.
secrets_for_zato() {
    local secret
    while read -r secret _; do
        [ -z "$secret" ] || printf '%s\n' "$(for_zato "$(content_secrets "$(param cluster)")/$secret")"
    done < <(param secrets; echo)
}

# server_secrets_for_zato: the same of those that a server knows.
server_secrets_for_zato() {
    local secret
    while read -r _ secret _; do
        [ -z "$secret" ] || printf '%s\n' "$(for_zato "$(secret_file "$secret")")"
    done < <(param command_secrets; echo; param environment_secrets; echo)
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
    [ ! -s "$current" ] || [ -f "$former" ] || put_file "$current" "$former" 0600 root
}

# require_one_line SECRET: Zato's command files cannot hold a line break.
require_one_line() {
    [ "$(wc -l <"$(secret_file "$1")")" -eq 0 ] ||
        fail "the secret '$1' holds a line break, which Zato's command files cannot; choose one without"
}

# as_zato COMMAND...: in a folder that the user zato may read, with nothing on standard input, which the CLI would read. All that
# concerns folders of zato is done this way: in them anything may be a link to anything.
as_zato() {
    as_zato_with_input "$@" </dev/null
}

# as_zato_with_input COMMAND...: the same for a program that reads what it is given.
as_zato_with_input() {
    (cd "$ZATO_HOME" && in_time setpriv --reuid zato --regid zato --init-groups --no-new-privs --inh-caps=-all \
        env HOME="$ZATO_HOME" "$@")
}

# as_zato_with_code COMMAND...: as_zato, where Zato's code is found at its path: that may be in the file system of an image.
as_zato_with_code() {
    if [ -n "$(param root)" ]; then as_zato_in_image "$@"; else as_zato "$@"; fi
}

# for_zato FILE: prints the path of a copy that the user zato can read, and nobody but root change. It goes with the working folder.
for_zato() {
    local copy=$work/zato/${1//\//,}
    [ -d "$work/zato" ] || install -d -m 0750 -o root -g zato "$work/zato"
    [ ! -f "$1" ] || install -m 0640 -o root -g zato "$1" "$copy"
    printf '%s' "$copy"
}

# file_of_zato NAME: prints the path of an empty file that is the user zato's alone, as programs want it that read a password there.
file_of_zato() {
    [ -d "$work/zato" ] || install -d -m 0750 -o root -g zato "$work/zato"
    install -m 0600 -o zato -g zato /dev/null "$work/zato/$1"
    printf '%s' "$work/zato/$1"
}

# edit_as_zato FILE EXPRESSION: changes a file in a folder of zato by sed.
edit_as_zato() {
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    at_most=60 as_zato bash -c 'umask 077
        sed -E "$2" -- "$1" >"$1.cdktf-zato-new" && mv -fT -- "$1.cdktf-zato-new" "$1"' _ "$1" "$2"
}

# own_tree FOLDER: gives it to root, for the group zato to read. Nothing in it changes who runs it.
own_tree() {
    local said
    said=$(/usr/bin/python3 -I -B "$scripts/own_tree.py" "$1" root zato 2>&1) || fail "$1 cannot be given to root: $said"
}

# leading_folder PATH: one of root's that leads to what is zato's. One that others cannot enter stays closed to them: what somebody else's
# Zato has in there may be safe by that alone.
leading_folder() {
    case $(stat -L -c %a -- "$1" 2>/dev/null) in
        *[0246]) roots_folder "$1" 0750 zato ;;
        *) roots_folder "$1" 0755 root ;;
    esac
}

# own_cluster_folder: the folders that lead to those of components are root's, so that nothing can be put in their place.
own_cluster_folder() {
    leading_folder "$ZATO_HOME"
    leading_folder "$(dirname "$(param cluster_folder)")"
    leading_folder "$(param cluster_folder)"
    # What zato has put there while it could.
    find "$(param cluster_folder)/" -mindepth 1 -maxdepth 1 -type l ! -user root -delete
}

# leave_folder PATH: removes it, unless somebody else has put something there, which is told.
leave_folder() {
    rmdir --ignore-fail-on-non-empty "$1" 2>/dev/null || true
    [ ! -d "$1" ] || progress "left: in $1 is what is not of this library: $(find "$1" -mindepth 1 -maxdepth 1 -printf '%f ')"
}

# folder_of_zato PATH: one of its own, in a folder of root's.
folder_of_zato() {
    # Be it root's: zato may have brought it here from elsewhere.
    [ ! -L "$1" ] || fail "$1 is a link, and must be a folder of zato's; move it away"
    install -d -m 0700 -o zato -g zato "$1"
}

# own_configuration_folder FOLDER: the one of a cluster, and that of all clusters. What systemd reads there reaches what root runs around a
# server, too, such as a LD_PRELOAD.
own_configuration_folder() {
    local environment
    leading_folder "$(dirname "$1")"
    environment=$(dirname "$1")/zato.env
    if [ -e "$environment" ] || [ -L "$environment" ]; then
        is_roots_file "$environment" ||
            fail "$environment is read by root, and others can change it; see what it says, then: sudo chown root: $environment; sudo chmod go-w $environment"
    fi
    leading_folder "$1"
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
    (cd "$ZATO_HOME" && in_time unshare --mount bash -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' _ "$folder" "$path" \
        setpriv --reuid zato --regid zato --init-groups --no-new-privs --inh-caps=-all env HOME="$ZATO_HOME" "$@" </dev/null)
}

# zato_from_config COMMAND_FILE [PARAMETER]: runs `zato from-config`. The manifest's file holds "key=value" lines; the
# parameter (by default "command_secrets") has lines "KEY SECRET VERSION" for those whose value is one of the cluster's secrets.
zato_from_config() {
    local commands=$1 secrets=${2:-command_secrets} key secret target
    while read -r key secret _; do
        [ -z "$key" ] || require_one_line "$secret"
    done < <(param "$secrets"; echo)
    {
        cat "$commands"
        echo
        while read -r key secret _; do
            [ -n "$key" ] || continue
            printf '%s=%s\n' "$key" "$(cat "$(secret_file "$secret")")"
        done < <(param "$secrets"; echo)
    } | sed '/^$/d' >"$work/command"
    target=$(for_zato "$work/command")
    local status=0
    as_zato_with_code "$(param zato)/bin/zato" from-config "$target" || status=$?
    rm -f "$target" "$work/command"
    return "$status"
}

# install_environment [ENCODE]: what a component is told by its environment file: what is declared, and secrets as lines "VARIABLE SECRET"
# name them, as ENCODE prints them.
install_environment() {
    own_configuration_folder "$(dirname "$(param environment_file)")"
    rendered_environment "$@" >"$work/environment"
    install_file "$work/environment" "$(param environment_file)" 0600 root
}

# rendered_environment [ENCODE]: quoted the way lib/zato/environment-file.ts does.
rendered_environment() {
    local variable secret
    cat "$(file environment)"
    while read -r variable secret _; do
        [ -n "$variable" ] || continue
        printf '%s="' "$variable"
        "${1:-cat}" "$(secret_file "$secret")" | in_double_quotes
        printf '"\n'
    done < <(param environment_secrets; echo)
}

# is_created COMMAND_FILE: whether a component's folder was created whole, which our stamp says since Zato leaves a folder
# that looks complete when it fails, and holds the secrets and the database of now.
is_created() {
    [ -f "$state/created" ] && [ -d "$(param path)" ] && is_hash_of "$state/created-with" written_by_zato "$1" && has_own_configuration
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
    own_cluster_folder
    # Only moved, as one: what is in it does not matter.
    [ -L "$path/logs" ] || [ ! -d "$path/logs" ] || [ -d "$path.logs" ] || mv -T "$path/logs" "$path.logs"
    rm -rf -- "$path"
    folder_of_zato "$path"
    progress "creating $path"
    zato_from_config "$1" || fail "Zato could not create $path (exit status $?)"
    [ -f "$path/.zato-info" ] || fail "Zato created $path without .zato-info"
    if [ -d "$path.logs" ]; then
        as_zato rm -rf -- "$path/logs"
        mv -T "$path.logs" "$path/logs"
    fi
    written_by_zato "$1" | salted_hash "$(random_key)" >"$state/created-with"
    # Written whole at once, since its presence is what counts.
    install -m 0600 "$1" "$stamp.new"
    mv -f "$stamp.new" "$stamp"
}

# record_configuration: what Zato has written into a component's folder once, and reads there. It changes none of it (docs/zato-3.3-tried.md).
# A service may have put there what it likes: by whichever name, and as many as it likes. What releases are known to write comes before that.
record_configuration() {
    local name known="lb-agent logging pickup scheduler secrets server simple-io sql sso startup_jobs user web-admin"
    while IFS= read -r name; do
        record created "$(param path)/config/repo/$name"
    done < <(at_most=60 as_zato env LC_ALL=C find "$(param path)/config/repo" -maxdepth 1 -type f \( -name '*.conf' -o -name '*.txt' \) \
        ! -name '*[!A-Za-z0-9._-]*' -printf '%f\n' 2>/dev/null |
        awk -v known=" ${known// /.conf }.conf service-sources.txt " '{ print !index(known, " " $0 " ") "\t" $0 }' | LC_ALL=C sort | head -n 50 | cut -f 2)
}

# has_own_configuration: whether nobody has changed that since.
has_own_configuration() {
    local path type thing was
    [ -f "$state/ledger" ] || return 0
    path=$(param path)
    while IFS=$'\t' read -r type thing was; do
        case $type:$thing in
            created:"$path"/*) [ "$(now_created "$thing")" = "$was" ] || return ;;
        esac
    done <"$state/ledger"
}

# admin SERVER_ADDRESS COMMAND...: asks a server's admin API. Files among the arguments are copies by for_zato. A run that was cut off may have
# left the former password beside the new one that servers take already.
admin() {
    local address=$1 secret
    shift
    secret=$(secret_in_use admin_invoke_password)
    if [[ $secret == *.former ]] && takes_new_admin_password "$address"; then secret=$(secret_file admin_invoke_password); fi
    python_as_zato admin.py "http://$address" "$(for_zato "$secret")" "$@"
}

takes_new_admin_password() {
    python_as_zato admin.py "http://$1" "$(for_zato "$(secret_file admin_invoke_password)")" count-workers >/dev/null 2>&1
}

# python_as_zato SCRIPT ARGUMENT...: runs a Python script of ours on what Zato says, which may be anything: by the system's Python, and
# with no more rights than Zato has.
python_as_zato() {
    local script
    script=$(script_for_zato "$1")
    shift
    as_zato /usr/bin/python3 -I -B "$script" "$@"
}

# script_for_zato SCRIPT: prints where the user zato can read a Python script of ours, and those that it imports.
script_for_zato() {
    local folder=$work/zato/python
    if [ ! -d "$folder" ]; then
        install -d -m 0750 -o root -g zato "$work/zato" "$folder"
        install -m 0640 -o root -g zato -t "$folder" "$scripts"/*.py
        ! has_release || install -m 0640 -o root -g zato -t "$folder" "$(folder_of_release)"/*.py
    fi
    printf '%s' "$folder/$1"
}

answers() {
    curl -fsS -o /dev/null --max-time 5 "$1"
}

# answers_by_address URL [OPTION...]: over HTTP, unless it says otherwise. A certificate is for the name that clients use, not for the
# address.
answers_by_address() {
    curl -gkfsS --proto-default http -o /dev/null --max-time 5 "$@"
}

all_workers_answer() {
    [ "$(at_most=60 admin "$1" count-workers)" = "$2" ]
}

# created: a file that Zato has written into a folder of its own, where anything may be a link to anything: seen as Zato sees it.
now_created() {
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    at_most=60 as_zato bash -c '[ -f "$1" ] && [ ! -L "$1" ] && stat -c %a -- "$1" && sha256sum <"$1"' _ "$1" | paste -sd ' ' ||
        printf 'gone'
}

differs_created() {
    found "$1 was changed"
}
