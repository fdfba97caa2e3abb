# Whether a host is fit for clusters that are not on it yet: what somebody else has there, such as another Zato, is in nobody's way, and
# what of it the deploy touches is told.
# shellcheck shell=bash

check_clusters() {
    local cluster component is_new=
    while read -r cluster component; do
        if [ -z "$cluster" ] || is_here "$component"; then continue; fi
        is_new=yes
    done < <(param clusters; echo)
    [ -n "$is_new" ] || return 0
    check_account
    check_leading_folders
    check_archive_paths
    tell_of_other_zatos
}

check_account() {
    local entry
    entry=$(getent passwd zato) || return 0
    ! as_root test -f "/var/lib/cdktf-zato/created-user-zato" || return 0
    [ "$(cut -d : -f 3 <<<"$entry")" -ne 0 ] || finding "the user zato of this host is root; give it a number of its own"
    getent group zato >/dev/null ||
        finding "this host has a user zato, and no group of that name; add it: sudo groupadd --system zato"
    note "the user zato is there already, and is taken as it is: $(id zato), home $(cut -d : -f 6 <<<"$entry"), shell $(cut -d : -f 7 <<<"$entry")"
}

# check_leading_folders: they become root's. Those that others cannot enter stay closed, and whoever is in there has to be able to go on.
check_leading_folders() {
    local folder mode owner group
    for folder in /opt/zato /opt/zato/env /etc/zato; do
        read -r mode owner group < <(as_root stat -L -c '%a %U %G' "$folder" 2>/dev/null) || continue
        [ "$folder" != /opt/zato ] || [ "$owner" = root ] ||
            note "the folder /opt/zato of $owner becomes root's, and so does /opt/zato/env; what others have in there stays theirs"
        if [[ $mode == *[1357] ]]; then continue; fi
        case $owner:$group in
            root:root | root:zato | zato:root | zato:zato)
                note "the folder $folder, which others cannot enter, stays closed to all but root and the group zato"
                ;;
            *)
                finding "the folder $folder of $owner and the group $group is closed to others, and is to be entered by zato; give it to root and the group zato, with all who use it in that group, or let others enter it: chmod o+x $folder"
                ;;
        esac
    done
}

check_archive_paths() {
    local zato
    while read -r zato; do
        [ -z "$zato" ] || as_root test -f "$zato/.cdktf-zato" || [ -z "$(as_root ls -A "$zato" 2>/dev/null)" ] ||
            finding "$zato holds a Zato that did not come from an archive; move it away, or give the archive another path"
    done < <(param archive_paths; echo)
}

# tell_of_other_zatos: what runs, and what would run after a boot, be it in the way or not.
tell_of_other_zatos() {
    local pid unit whose
    local -A processes=()
    for pid in $(pgrep -f 'zato\.(server|scheduler|admin)\.main|zato\.admin\.wsgi|/_zato_scheduler( |$)' || true); do
        unit=$(sed -n 's/.*\/\([^/ ]*\.service\).*/\1/p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1) || true
        if [ -n "$unit" ] && ! is_somebody_elses "$unit"; then continue; fi
        whose="of $(ps -o user:32= -p "$pid" 2>/dev/null)${unit:+, unit $unit}"
        processes[$whose]+=" $pid"
    done
    for whose in "${!processes[@]}"; do note "another Zato runs here: processes${processes[$whose]} $whose"; done
    for unit in $(systemctl list-unit-files --no-legend --state=enabled '*zato*.service' 2>/dev/null | cut -d ' ' -f 1); do
        ! is_somebody_elses "$unit" ||
            note "the unit $unit starts at boot, and is not of this library; if it is another Zato's: sudo systemctl disable --now $unit"
    done
}

check_databases() {
    local cluster component database port
    while read -r cluster component database port; do
        if [ -z "$cluster" ] || has_noted "$component" "$database"; then continue; fi
        check_postgresql "$port" "$database"
        database_is_there "$database" || continue
        if ! is_here "$component" && was_kept "$cluster" "$database"; then
            note "the database $database of the cluster $cluster was kept here, and is taken up again"
        else
            finding "PostgreSQL has a database or a user $database already, and not of this cluster; rename it, or name another one: OdbDatabase.localPostgresql({ database })"
        fi
    done < <(param databases; echo)
}

# has_noted COMPONENT DATABASE: whether a deploy of it has made the database, or taken it up again. Former ones have noted it in their ledger.
has_noted() {
    local state=/var/lib/cdktf-zato/components/$1
    as_root grep -qsxF "$2 $2" "$state/databases" ||
        { ! as_root test -f "$state/databases" && as_root grep -qs "^setting	database $2	" "$state/ledger"; }
}

# was_kept CLUSTER DATABASE: by its removal, which may have left no names, but the keys.
was_kept() {
    local note=/var/lib/cdktf-zato/data-kept/$1
    as_root grep -qsxF "$2 $2" "$note" ||
        { ! as_root grep -qsvxF local "$note" && as_root test -s "/etc/cdktf-zato/secrets/$1/odb_password"; }
}

# check_postgresql PORT DATABASE: that it is the distribution's which answers there, or none yet.
check_postgresql() {
    local clusters holder
    clusters=$(pg_lsclusters --no-header 2>/dev/null) || true
    if [ -n "$clusters" ]; then
        if awk -v port="$1" '$3 == port { found = 1 } END { exit !found }' <<<"$clusters"; then
            as_root grep -qsxF postgresql /var/lib/cdktf-zato/packages ||
                note "PostgreSQL is there already, and gets the database $2; it is restarted for more connections, unless somebody is connected"
        else
            finding "PostgreSQL is there, and not on port $1; let one of those that 'pg_lsclusters' lists have that port, or declare the database with OdbDatabase.postgresql()"
        fi
        return
    fi
    holder=$(holder_of "$1")
    [ -z "$holder" ] ||
        finding "port $1, meant for PostgreSQL, is taken by $holder; stop it, or declare the database there with OdbDatabase.postgresql()"
}

# database_is_there NAME: or a user of that name. Names are checked by TypeScript.
database_is_there() {
    (cd / && as_root runuser -u postgres -- env PGOPTIONS='-c search_path=pg_catalog' psql -X -A -t -q \
        -c "select 1 from pg_database where datname = '$1' union select 1 from pg_roles where rolname = '$1'" 2>/dev/null) | grep 1 >/dev/null
}

check_clusters
check_databases
