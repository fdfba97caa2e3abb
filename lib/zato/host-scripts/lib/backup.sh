# Backups of a cluster: one file each, with a dump of the ODB, the keys and passwords that were generated on this host, and
# what we have noted of the cluster.
#
# Whose a backup is, it says by two identities: the deployment's is the one that Terraform keeps in its state, the same after a host
# was lost; the data's is drawn whenever an ODB is created, and comes back with a restore.
# shellcheck shell=bash

# data_identity: "none" where it is not known.
data_identity() {
    cat "$(secret_file identity)" 2>/dev/null || printf 'none'
}

deployment_identity() {
    cat "$STATE/deployment-$(param cluster)" 2>/dev/null || printf 'none'
}

# is_folder_for_backups FOLDER: whether nobody but root can put anything in its place, in that of those that lead to it, or in those in it:
# root writes all that the ODB holds there, with its passwords.
is_folder_for_backups() {
    [ -d "$1" ] && lies_in_roots "$1/." && [ -z "$(find "$1" -type d \( ! -user root -o -perm /022 \) -print -quit)" ]
}

require_folder_for_backups() {
    is_folder_for_backups "$1" ||
        fail "$1 is no folder for backups: others than root can change it, one that leads to it or one in it; see 'namei -mo $1', and give them to root, or name another 'directory'"
}

# make_folder_for_backups FOLDER: nothing is made where others could lead it elsewhere.
make_folder_for_backups() {
    local nearest=$1
    until [ -e "$nearest" ]; do nearest=$(dirname "$nearest"); done
    ! lies_in_roots "$nearest/." || mkdir -p "$1"
    require_folder_for_backups "$1"
}

# write_backup FOLDER [MARK]: adds a backup, and prints its path; one whose name ends in a mark is never taken for an old one. Where it
# fails, nothing is left of it, and reason says why.
write_backup() {
    local status=0
    make_backup "$@" || status=$?
    rm -rf -- "$1/unfinished"
    return "$status"
}

# Nothing looks like a backup before it is whole.
make_backup() {
    local folder=$1 scratch=$1/unfinished target room
    rm -rf -- "$scratch"
    room=$(room_for_dump "$folder") || return
    install -d -m 0700 "$scratch" "$scratch/content"
    collect "$scratch/content" "$room" || return
    tar -c -f "$scratch/backup.tar" -C "$scratch/content" . || because "no file could be written in $folder" || return
    # There are never more than two copies of the dump.
    rm -rf -- "$scratch/content"
    check_backup "$scratch/backup.tar" "$scratch/check" || because "what was written cannot be read again" || return
    target=$(next_backup "$@") || return
    sync "$scratch/backup.tar" && mv -nT "$scratch/backup.tar" "$target" && sync "$folder" || return
    printf '%s\n' "$target"
}

# because REASON: notes it, and fails.
because() {
    printf '%s\n' "$1" | tee "$work/reason" >&2
    return 1
}

reason() {
    cat "$work/reason" 2>/dev/null || printf 'see the log'
}

# room_in FOLDER: the KiB that may be used there, so that the disk never fills up: a twentieth of it stays free, or a GiB of a large one.
room_in() {
    local available size
    read -r available size < <(df --output=avail,size -k "$1" | tail -n 1)
    available=$((available - (size / 20 < 1048576 ? size / 20 : 1048576)))
    printf '%s' "$((available > 0 ? available : 0))"
}

# room_for_dump FOLDER: the KiB that a dump may take; refuses where the next one is likely to need more.
room_for_dump() {
    local available expected
    available=$(room_in "$1")
    expected=$(expected_dump "$1") || because "the database does not answer" || return
    # It is there twice, when it is packed, or read again.
    [ "$((available / 2))" -ge "$expected" ] ||
        because "there is too little space in $1: a backup needs about $((2 * expected / 1024 + 1)) MiB, and $((available / 1024)) MiB can be used" || return
    printf '%s' "$((available / 2))"
}

# expected_dump FOLDER: in KiB: that of the last one and half as much; a first one is compressed, and smaller than the database.
expected_dump() {
    local last
    last=$(backups_of "$1" "$(data_identity)" | tail -n 1)
    if [ -n "$last" ]; then
        echo $((3 * $(stat -c %s "$1/$last") / 2048 + 64))
    else
        odb_size
    fi
}

# backups_of FOLDER IDENTITY: the names of the cluster's backups of these data, in the order in which they were made: clocks may be wrong.
backups_of() {
    find "$1" -maxdepth 1 -type f -printf '%f\n' |
        { grep -xE "$(param cluster)-$2-[0-9]{6}-[0-9]{8}T[0-9]{6}Z\.tar" || true; } | LC_ALL=C sort
}

# next_backup FOLDER [MARK]
next_backup() {
    local last number
    last=$(backups_of "$1" "$(data_identity)" | tail -n 1)
    number=${last#"$(param cluster)-$(data_identity)-"}
    number=${number%%-*}
    printf '%s/%s-%s-%06d-%s%s.tar' "$1" "$(param cluster)" "$(data_identity)" "$((10#${number:-0} + 1))" "$(date -u +%Y%m%dT%H%M%SZ)" "${2:+-$2}"
}

# collect FOLDER ROOM: what a backup consists of.
collect() {
    local content=$1 file
    install -d -m 0700 "$content/secrets" "$content/state"
    printf '%s\n' "cluster $(param cluster)" "engine $(param odb_engine)" "taken $(date -u +%FT%TZ)" \
        "deployment $(deployment_identity)" "data $(data_identity)" >"$content/about"
    # What is too large fails to be written, and says so.
    (trap '' XFSZ && ulimit -f "$2" && odb_dump "$content/odb") 2>"$work/complaints" ||
        because "the database cannot be dumped: $(tail -n 3 "$work/complaints" | paste -sd ' ' | tr -s '\t ' ' ')" || return
    # The passwords of the database user and of Redis belong to these servers, and not to what the database holds.
    while IFS= read -r -d '' file; do
        cp -p -- "$file" "$content/secrets/" || because "$file cannot be read" || return
    done < <(find "$CONFIG/secrets/$(param cluster)" -type f -not -name 'odb_password*' -not -name 'redis_password*' -print0)
    for file in "$STATE/baseline-$(param cluster).json" "$STATE/components/$(param cluster)-content/owned"; do
        [ ! -f "$file" ] || cp -p -- "$file" "$content/state/" || because "$file cannot be read" || return
    done
    (cd "$content" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$work/sums" &&
        cp "$work/sums" "$content/SHA256SUMS"
}

# check_backup FILE FOLDER: unpacks a backup to FOLDER, and fails unless it is whole, of this cluster, and holds nothing else.
check_backup() {
    local file=$1 folder=$2
    rm -rf -- "$folder"
    mkdir "$folder"
    holds_plain_files "$file" && tar -x -f "$file" -C "$folder" --no-same-owner --no-same-permissions && has_sums "$folder" &&
        grep -qxF "cluster $(param cluster)" "$folder/about" && grep -qxF "engine $(param odb_engine)" "$folder/about" &&
        odb_dump_is_whole "$folder/odb"
}

# holds_plain_files FILE: and folders, of the names that a backup has, each once; nothing that is a link, a device or set-UID.
holds_plain_files() {
    tar -t -v --numeric-owner -f "$1" | LC_ALL=C awk '
        NF != 6 || $1 ~ /[sStT]/ || seen[$6]++ { bad = 1 }
        /^d/ && $6 ~ /^\.\/((secrets|state)\/)?$/ { next }
        /^-/ && $6 ~ /^\.\/(about|odb|SHA256SUMS|(secrets|state)\/[A-Za-z0-9][A-Za-z0-9_.-]*)$/ { next }
        { bad = 1 }
        END { exit bad || !NR }'
}

# has_sums FOLDER: of every file in it.
has_sums() (
    cd "$1" && sha256sum --check --quiet --strict SHA256SUMS &&
        [ "$(find . -type f ! -path ./SHA256SUMS | LC_ALL=C sort)" = "$(cut -c 67- SHA256SUMS | LC_ALL=C sort)" ]
)

# whose FOLDER deployment|data: as an unpacked backup says.
whose() {
    sed -n "s/^$2 //p" "$1/about"
}

# is_our_backup FOLDER: whether an unpacked backup is of these data, or of this deployment.
is_our_backup() {
    local what own
    for what in data deployment; do
        own=$("${what}_identity")
        if [ "$own" != none ] && [ "$(whose "$1" "$what")" = "$own" ]; then return; fi
    done
    return 1
}

# place_of_given COMPONENT_FOLDER SECRETS NAME: where a secret lies that was uploaded for a component: a certificate where the
# component reads it, which its parameter says, others with the cluster's secrets.
place_of_given() {
    local place
    place=$(sed -n "/^@param $3\$/ { n; s/^|//p }" "$1/manifest")
    printf '%s' "${place:-$2/$3}"
}

# forget_old_backups FOLDER NUMBER: of these data, all but those that were made last.
forget_old_backups() {
    backups_of "$1" "$(data_identity)" | head -n "-$2" | while IFS= read -r name; do rm -f -- "$1/$name"; done
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
    sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p; /^BindReadOnlyPaths=/p; /^X-Zato-Build=/p' "$1"
}
