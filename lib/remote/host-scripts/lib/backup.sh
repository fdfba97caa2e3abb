# Backups of a cluster: one file each, with a dump of the ODB, the keys and passwords that were generated on this host, and
# what we have noted of the cluster.
# shellcheck shell=bash

# write_backup FOLDER: adds a backup, prints its path, and removes those that are too many. Nothing is removed, and nothing
# looks like a backup, before the new one is whole.
write_backup() {
    local folder=$1 scratch=$1/unfinished target
    target=$folder/$(param cluster)-$(date -u +%Y%m%dT%H%M%SZ).tar
    rm -rf -- "$scratch"
    install -d -m 0700 "$scratch" "$scratch/content"
    collect "$scratch/content" || return
    tar -c -f "$scratch/backup.tar" -C "$scratch/content" . || return
    check_backup "$scratch/backup.tar" "$scratch/check" || return
    sync "$scratch/backup.tar" && mv -fT "$scratch/backup.tar" "$target" && sync "$folder" || return
    rm -rf -- "$scratch"
    forget_old_backups "$folder" "$(param cluster)" "$(param retain)"
    printf '%s\n' "$target"
}

# collect FOLDER: what a backup consists of.
collect() {
    local content=$1 file
    install -d -m 0700 "$content/secrets" "$content/state"
    printf '%s\n' "cluster $(param cluster)" "engine $(param odb_engine)" "taken $(date -u +%FT%TZ)" >"$content/about"
    odb_dump "$content/odb" || return
    # The password of the database user belongs to the database server, not to the cluster.
    while IFS= read -r -d '' file; do
        cp -p -- "$file" "$content/secrets/" || return
    done < <(find "$CONFIG/secrets/$(param cluster)" -type f -not -name 'odb_password*' -print0)
    for file in "$STATE/baseline-$(param cluster).json" "$STATE/components/$(param cluster)-content/owned"; do
        [ ! -f "$file" ] || cp -p -- "$file" "$content/state/" || return
    done
    (cd "$content" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$work/sums" &&
        cp "$work/sums" "$content/SHA256SUMS"
}

# check_backup FILE FOLDER: unpacks a backup to FOLDER, and fails unless it is whole and of this cluster.
check_backup() {
    local file=$1 folder=$2
    rm -rf -- "$folder"
    install -d -m 0700 "$folder"
    tar -x -f "$file" -C "$folder" --no-same-owner && (cd "$folder" && sha256sum --check --quiet --strict SHA256SUMS) &&
        grep -qxF "cluster $(param cluster)" "$folder/about" && grep -qxF "engine $(param odb_engine)" "$folder/about" &&
        odb_dump_is_whole "$folder/odb"
}

# place_of_given COMPONENT_FOLDER SECRETS NAME: where a secret lies that was uploaded for a component: a certificate where the
# component reads it, which its parameter says, others with the cluster's secrets.
place_of_given() {
    local place
    place=$(sed -n "/^@param $3\$/ { n; s/^|//p }" "$1/manifest")
    printf '%s' "${place:-$2/$3}"
}

# forget_old_backups FOLDER CLUSTER NUMBER: all but the newest ones. Their names are in the order of their times.
forget_old_backups() {
    find "$1" -maxdepth 1 -type f -printf '%f\n' | { grep -xE "$2-[0-9]{8}T[0-9]{6}Z\.tar" || true; } | LC_ALL=C sort |
        head -n "-$3" | while IFS= read -r name; do rm -f -- "$1/$name"; done
}

# back_up_before_other_code UNIT_FILE: before the first server of a cluster gets another build or release of Zato, which may change
# the ODB. Once for each: a second try must not replace the way back by what the first one left.
back_up_before_other_code() {
    local code folder
    code=$(code_of "$(file unit)")
    folder=$(folders_of_this_cluster backup)
    if [ -z "$folder" ] || [ ! -f "$1" ] || [ "$(code_of "$1")" = "$code" ] ||
        [ "$(cat "$folder/made-before" 2>/dev/null)" = "$code" ]; then return; fi
    progress "making a backup before the cluster gets other code"
    LOCKED=yes bash "$scripts/backup.sh" "$(basename "$folder")" >&3 ||
        fail "no backup could be made, so the servers go on with the code that they have"
    printf '%s\n' "$code" >"$folder/made-before"
}

# code_of UNIT_FILE: what tells the code that a server's unit runs from any other.
code_of() {
    sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p; /^BindPaths=/p; /^X-Zato-Build=/p' "$1"
}
