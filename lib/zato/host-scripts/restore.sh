#!/usr/bin/env bash
# restore.sh CLUSTER BACKUP [--keys-only] [--from-another] [--discard]: brings the cluster CLUSTER, which is deployed on this host, back
# to what BACKUP holds: its ODB and the keys that were generated for it. A backup of what is there now is made before.
#   --keys-only      the keys alone, for an ODB that is still there
#   --from-another   BACKUP may be that of another deployment
#   --discard        what is there now may be lost
# It may be run again after it was cut off.
set -euo pipefail
umask 077

[ "$#" -ge 2 ] || { echo "usage: restore.sh CLUSTER BACKUP [--keys-only] [--from-another] [--discard]" >&2; exit 2; }
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# As of scripts on components: what was begun is finished, though whoever began it has gone.
if [ -z "${OWN_SESSION:-}" ]; then
    OWN_SESSION=yes exec setsid --wait bash "$0" "$@"
fi
cluster=$1 archive=$(realpath "$2") only='' from_another='' discard=''
for option in "${@:3}"; do
    case $option in
        --keys-only) only=keys ;;
        --from-another) from_another=yes ;;
        --discard) discard=yes ;;
        *) echo "there is no option '$option'" >&2; exit 2 ;;
    esac
done
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"

# Those that come from Terraform's variables stay as they were deployed, and so does that of Redis, which runs on with it: backups of before
# 2026-12 have one.
restore_keys() {
    local file name
    for file in "$unpacked"/secrets/*; do
        name=$(basename "$file")
        [ "${name%.version}" != redis_password ] || continue
        if [ "$name" = identity ] || is_generated_here "${name%.version}"; then
            put_file "$file" "$(secret_file "$name")" 0600 root
        fi
    done
}

# A given one may be another now than in the ODB that comes back; the scheduler's turn brings them together.
restore_all_keys() {
    local former
    former=$(secret_file admin_invoke_password.former)
    rm -f "$former"
    restore_keys
    if is_given admin_invoke_password && [ ! -f "$former" ]; then
        put_file "$unpacked/secrets/admin_invoke_password" "$former" 0600 root
    fi
}

# What a file holds besides is not put anywhere.
is_generated_here() {
    is_declared_here "$1 generated( .*)?"
}

is_given() {
    is_declared_here "$1 given"
}

# is_declared_here SECRET: whether a component of this cluster has it, as a pattern says.
is_declared_here() {
    local manifest
    for manifest in "$STATE"/components/*/manifest; do
        if is_of_this_cluster "$manifest" && grep -qxE "\|$1" "$manifest"; then return; fi
    done
    return 1
}

# Everything of the cluster that uses the ODB.
stop_cluster() {
    local kind folder unit
    stopped=()
    for kind in scheduler web-admin server; do
        for folder in $(folders_of_this_cluster "$kind"); do
            unit=$(unit_of "$folder")
            ! systemctl is-active --quiet "$unit" || stopped+=("$unit")
            systemctl stop "$unit" 2>/dev/null || true
        done
    done
}

# give_up: where the database is as it was, and so are the keys, the cluster goes on with them.
give_up() {
    if [ "$(param odb_engine)" = postgresql ]; then
        [ "${#stopped[@]}" -eq 0 ] || systemctl start "${stopped[@]}" || true
        unset KEPT_OUT
        put_cluster_back
        fail "the database could not be restored, and is as it was; see the log"
    fi
    fail "the database could not be restored, and holds a part of the backup; see the log, remove the cause and run it again"
}

unit_of() {
    sed -n '/^@param unit$/ { n; s/^|//p }' "$1/manifest"
}

# What the stamps say is true of the ODB as it was.
forget_stamps() {
    local kind folder
    for kind in server web-admin scheduler content; do
        for folder in $(folders_of_this_cluster "$kind"); do
            rm -f "$folder"/created "$folder"/password "$folder"/imported "$folder"/verified
        done
    done
}

restore_notes() {
    local folder
    [ ! -f "$unpacked/state/baseline-$cluster.json" ] ||
        put_file "$unpacked/state/baseline-$cluster.json" "$STATE/baseline-$cluster.json" 0600 root
    for folder in $(folders_of_this_cluster content); do
        touch "$folder/owned" "$unpacked/state/owned"
        sort -u "$folder/owned" "$unpacked/state/owned" >"$folder/owned.new"
        mv -f "$folder/owned.new" "$folder/owned"
    done
}

# is_of_our_release: whether the release of now has the tables that would come back.
is_of_our_release() (
    # shellcheck disable=SC2317 # the release asks
    odb_has_column() { odb_dump_has_column "$unpacked/odb" "$@"; }
    of_release has_own_tables
)

# keep_what_is_there: as a backup beside the others. What a try that was cut off has left may be no whole database: then what was kept
# before that counts.
keep_what_is_there() {
    local folder kept
    folder=$(folder_of_backups)
    make_folder_for_backups "$folder"
    if kept=$(write_backup "$folder" replaced); then
        printf '%s\n' "$this" "$kept" >"$begun"
        progress "kept what is there now: $kept"
    elif [ "$(head -n 1 "$begun" 2>/dev/null)" = "$this" ]; then
        progress "what was there before is kept: $(tail -n 1 "$begun")"
    elif [ -n "$discard" ]; then
        progress "what is there now is lost, as you said: $(reason)"
    else
        fail "what is there now cannot be kept, and nothing was changed: $(reason); to lose it, run it with --discard"
    fi
}

folder_of_backups() {
    local folder
    folder=$(folders_of_this_cluster backup)
    if [ -n "$folder" ]; then (enter_component "$folder" && param directory); else printf '/var/backups/cdktf-zato/%s' "$cluster"; fi
}

# need_room SIZE: for a backup of so many bytes, for what is in it, and for the files of services on their way.
need_room() {
    local files needed available folder folders=()
    for folder in $(folders_of_this_cluster content); do
        mapfile -t folders < <(enter_component "$folder" && content_folders | cut -d ' ' -f 2-)
    done
    files=$(du -skc /dev/null "${folders[@]}" 2>/dev/null | tail -n 1 | cut -f 1) || true
    needed=$((2 * $1 / 1024 + ${files:-0}))
    available=$(room_in "$STATE")
    [ "$available" -ge "$needed" ] ||
        fail "there is too little space in $STATE: it needs $((needed / 1024 + 1)) MiB, and $((available / 1024)) MiB can be used; nothing was changed"
}

# converge_again FOLDER: what was deployed last, out of what is on this host.
converge_again() {
    local folder=${1%/} kind name secrets secret
    kind=$(cat "$folder/kind") name=$(basename "$folder")
    secrets=$CONFIG/secrets/$cluster
    [ "$kind" != content ] || secrets=$(content_secrets "$cluster")
    mkdir -p "$again/run"
    cp "$folder/manifest" "$again/$name.manifest"
    while read -r secret; do
        [ -z "$secret" ] || cp "$(place_of_given "$folder" "$secrets" "$secret")" "$again/$name.secret.$secret"
    done < <(sed -n 's/^|\([a-z0-9_.-]*\) given$/\1/p' "$folder/manifest"; echo)
    [ "$kind" != content ] || collect_files "$folder" "$again/$name.files"
    LOCKED=yes bash "$scripts/converge.sh" "$kind" "$name" "$again/$name" >&3 ||
        fail "$name is not as declared after the restore; remove the cause and run it again"
    if [ "$kind" = scheduler ] && grep -A1 -x '@param active' "$folder/manifest" | grep -xF '|true' >/dev/null; then
        : >"$again/$name.start"
        LOCKED=yes bash "$scripts/start.sh" "$kind" "$name" "$again/$name.start" >&3 || fail "$name does not start"
    fi
}

# collect_files STATE TARGET: the files that the content was deployed with.
collect_files() {
    local name path
    mkdir "$2"
    while read -r name path; do
        [ -z "$name" ] || cp -r "$path" "$2/$name"
    done < <(enter_component "$1" && content_folders)
    [ ! -f "$1/requirements" ] || cp "$1/requirements" "$2/requirements.txt"
}

begin "$cluster.restore"
label=restore
odb=$STATE/components/$cluster-odb
[ -f "$odb/manifest" ] || fail "the cluster $cluster is not deployed on this host; deploy it, then restore"
[ -f "$archive" ] || fail "there is no backup '$archive'"
unpack_manifest "$odb/manifest" "$work/entries"
host=$(param host)
take_lock

# Not in $work, which is memory.
unpacked=$STATE/restore/content again=$STATE/restore/again statements=$STATE/restore/statements
begun=$STATE/restoring-$cluster copy=$STATE/restore/backup.tar
rm -rf -- "$STATE/restore"
trap 'status=$?; rm -rf -- "$STATE/restore"; end "$status"' EXIT
install -d -m 0700 "$STATE/restore"
size=$(stat -c %s "$archive")
need_room "$size"
# What is checked is what is restored, whoever can change the file or exchange it.
head -c "$size" "$archive" >"$copy"
this=$(sha256sum <"$copy")
check_backup "$copy" "$unpacked" ||
    fail "'$archive' is no whole backup of a cluster $cluster in $(param odb_engine), or holds what none holds; nothing was changed; see the log"
rm -f -- "$copy"
[ -n "$from_another" ] || is_our_backup "$unpacked" ||
    fail "'$archive' is of another deployment, or of a cluster $cluster that was removed with its data; nothing was changed; if it is meant, run it with --from-another"
progress "the backup is of $(whose "$unpacked" taken)"

if [ "$only" = keys ]; then
    restore_keys
    progress "brought the keys back; deploy again"
    exit 0
fi
is_of_our_release ||
    fail "'$archive' is of another release of Zato than the cluster, with other tables; nothing was changed; deploy that release with its database, then restore"
keep_what_is_there
# The database and its log need as much again.
(trap '' XFSZ && ulimit -f "$(($(room_in "$STATE") / 3))" && odb_statements "$unpacked/odb" >"$statements") ||
    fail "the backup cannot be read, or there is too little space in $STATE; nothing was changed; see the log"
take_cluster_out
export KEPT_OUT=yes
stop_cluster
progress "restoring the database $(param odb_name)"
odb_restore "$statements" || give_up
restore_all_keys
restore_notes
forget_stamps
for kind in odb cluster redis server content load-balancer web-admin scheduler; do
    for folder in $(folders_of_this_cluster "$kind"); do
        converge_again "$folder"
    done
done
unset KEPT_OUT
put_cluster_back
rm -f -- "$begun"
progress "restored"
