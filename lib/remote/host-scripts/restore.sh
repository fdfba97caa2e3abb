#!/usr/bin/env bash
# restore.sh CLUSTER BACKUP [--keys-only]: brings the cluster CLUSTER, which is deployed on this host, back to what BACKUP
# holds: its ODB and the keys that were generated for it. With --keys-only, the keys alone, for an ODB that is still there.
# It may be run again after it was cut off.
set -euo pipefail
umask 077

[ "$#" -ge 2 ] || { echo "usage: restore.sh CLUSTER BACKUP [--keys-only]" >&2; exit 2; }
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# As of scripts on components: what was begun is finished, though whoever began it has gone.
if [ -z "${OWN_SESSION:-}" ]; then
    OWN_SESSION=yes exec setsid --wait bash "$0" "$@"
fi
cluster=$1 archive=$(realpath "$2") only=${3:-}
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"

# Those that come from Terraform's variables stay as they were deployed.
restore_keys() {
    local file name
    for file in "$unpacked"/secrets/*; do
        name=$(basename "$file")
        is_given "${name%.version}" || install_file "$file" "$(secret_file "$name")" 0600 root
    done
}

# A given one may be another now than in the ODB that comes back; the scheduler's turn brings them together.
restore_all_keys() {
    local former
    former=$(secret_file admin_invoke_password.former)
    rm -f "$former"
    restore_keys
    if is_given admin_invoke_password && [ ! -f "$former" ]; then
        install_file "$unpacked/secrets/admin_invoke_password" "$former" 0600 root
    fi
}

is_given() {
    grep -qsxF "|$1 given" "$STATE"/components/"$cluster"-*/manifest
}

# Everything of the cluster that uses the ODB; the balancer in front finds out by itself.
stop_cluster() {
    local kind folder
    for kind in scheduler web-admin server; do
        for folder in $(folders_of_this_cluster "$kind"); do
            systemctl stop "$(unit_of "$folder")" 2>/dev/null || true
        done
    done
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
        install_file "$unpacked/state/baseline-$cluster.json" "$STATE/baseline-$cluster.json" 0600 root
    for folder in $(folders_of_this_cluster content); do
        touch "$folder/owned" "$unpacked/state/owned"
        sort -u "$folder/owned" "$unpacked/state/owned" >"$folder/owned.new"
        mv -f "$folder/owned.new" "$folder/owned"
    done
}

# converge_again FOLDER: what was deployed last, out of what is on this host.
converge_again() {
    local folder=${1%/} kind name secrets secret
    kind=$(cat "$folder/kind") name=$(basename "$folder")
    secrets=$CONFIG/secrets/$cluster
    [ "$kind" != content ] || secrets+=-content
    mkdir -p "$work/again/run"
    cp "$folder/manifest" "$work/again/$name.manifest"
    while read -r secret; do
        [ -z "$secret" ] || cp "$(place_of_given "$folder" "$secrets" "$secret")" "$work/again/$name.secret.$secret"
    done < <(sed -n 's/^|\([a-z0-9_.-]*\) given$/\1/p' "$folder/manifest"; echo)
    [ "$kind" != content ] || collect_files "$folder" "$work/again/$name.files"
    LOCKED=yes bash "$scripts/converge.sh" "$kind" "$name" "$work/again/$name" >&3 ||
        fail "$name is not as declared after the restore; remove the cause and run it again"
    if [ "$kind" = scheduler ] && grep -A1 -x '@param active' "$folder/manifest" | grep -qxF '|true'; then
        : >"$work/again/$name.start"
        LOCKED=yes bash "$scripts/start.sh" "$kind" "$name" "$work/again/$name.start" >&3 || fail "$name does not start"
    fi
}

# collect_files STATE TARGET: the files that the content was deployed with.
collect_files() {
    local env=$ZATO_HOME/env/$cluster
    mkdir "$2"
    cp -r "$env/hot-deploy" "$2/services"
    cp -r "$env/user-conf" "$env/static" "$2"
    [ ! -f "$1/requirements" ] || cp "$1/requirements" "$2/requirements.txt"
}

begin "$cluster-restore"
label=restore
odb=$STATE/components/$cluster-odb
[ -f "$odb/manifest" ] || fail "the cluster $cluster is not deployed on this host; deploy it, then restore"
[ -f "$archive" ] || fail "there is no backup '$archive'"
unpack_manifest "$odb/manifest" "$work/entries"
host=$(param host)
take_lock

# Not in $work, which is memory.
unpacked=$STATE/restore/content
trap 'status=$?; rm -rf -- "$STATE/restore"; end "$status"' EXIT
install -d -m 0700 "$STATE/restore"
check_backup "$archive" "$unpacked" ||
    fail "'$archive' is no whole backup of a cluster $cluster in $(param odb_engine); nothing was changed; see the log"
progress "the backup is of $(sed -n 's/^taken //p' "$unpacked/about")"

if [ "$only" = --keys-only ]; then
    restore_keys
    progress "brought the keys back; deploy again"
    exit 0
fi
stop_cluster
progress "restoring the database $(param odb_name)"
odb_restore "$unpacked/odb" "$STATE/restore" || fail "the database could not be restored; see the log"
restore_all_keys
restore_notes
forget_stamps
for kind in odb cluster server content load-balancer web-admin scheduler; do
    for folder in $(folders_of_this_cluster "$kind"); do
        converge_again "$folder"
    done
done
progress "restored"
