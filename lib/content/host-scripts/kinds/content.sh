# What a cluster runs: services, their files, and everything that enmasse knows. Declared once, the same in every
# cluster, and verified before the next cluster is touched.
# shellcheck shell=bash

converge() {
    local name
    [ ! -e "$state/awaited" ] || export KEPT_OUT=yes
    install_secrets "$(content_secrets "$(param cluster)")" "$staged"
    forget_secrets "$(content_secrets "$(param cluster)")"
    keep_private "$(content_secrets "$(param cluster)")"
    enter_cluster
    while read -r name _; do [ -z "$name" ] || install -d "$staged.files/$name"; done < <(content_folders)
    cp "$scripts/$inventory" "$(staged_services)/"
    bring_files
    note_owned
    import_objects
    remove_stale
    of_release tell_servers
    verify
    install -m 0600 "$staged.manifest" "$state/verified"
    rm -rf -- "$staged.files"
    let_servers_in
}

# let_servers_in: those that had to wait for it, since their database is a new one.
let_servers_in() {
    local folder
    [ -e "$state/awaited" ] || return 0
    rm -f "$state/awaited"
    for folder in $(folders_of_this_cluster server); do
        (
            enter_component "$folder"
            # shellcheck source=../../../zato/host-scripts/kinds/server.sh
            . "$scripts/kinds/server.sh"
            put_back
        )
    done
    unset KEPT_OUT
    put_cluster_back
}

# enter_cluster: where somebody else has installed it, its owner and its folders take the place of ours.
enter_cluster() {
    [ -n "$(param owner)" ] || return 0
    # shellcheck source=../places/existing.sh
    . "$scripts/places/existing.sh"
    find_cluster
}

# bring_files: services, and what they need beside them. They come with a deploy of the content's own alone (make_up_for).
bring_files() {
    own_cluster_folder
    prepare_packages
    try_services
    keep_live_files
    note_needed
    note_repair
    note_server_logs
    use_packages
    deploy_folders "$staged.files" start_folders
    of_release deploy_services "$(param hot_deploy)"
    deploy_folders "$staged.files" open_folders
    restart_for_what_is_read_at_start
    of_release announce_services || end_since_not_live "$deaf"
    wait_for_services
    note_live
}

# The same declaration once more, or one after a run that failed: everything is imported again, since Zato does not tell
# all that may differ, such as passwords.
note_repair() {
    repair=yes
    if [ -f "$state/verified" ] && ! cmp -s "$staged.manifest" "$state/verified"; then repair=; fi
    rm -f "$state/verified"
}

# forget_secrets FOLDER: those that nothing declared uses any more.
forget_secrets() {
    local name
    while read -r name; do
        rm -f -- "$1/$name"
    done < <(LC_ALL=C comm -23 <(find "$1" -type f -printf '%f\n' | LC_ALL=C sort) \
        <(param secrets | cut -d ' ' -f 1 | LC_ALL=C sort))
}

import_objects() {
    local stamp=$state/imported sum
    sum=$({ cat "$(file enmasse)"; param secrets_versions; } | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && [ -z "$repair" ] && compare >/dev/null 2>&1; then return; fi
    [ "$(param objects)" != 0 ] || return 0
    rm -f "$stamp"
    progress "importing $(param objects) objects"
    make_way
    of_release prepare_import
    local stages stage
    stages=$(admin "$(first_server)" stages "$(for_zato "$(file expected)")") || fail "the cluster $(param cluster) cannot be asked what it has"
    for stage in $stages; do
        progress "importing what others refer to, ahead of them"
        of_release import_file "$(file "enmasse_$stage")"
    done
    of_release import_file "$(file enmasse)"
    of_release spread_import
    put_cluster_back
    printf '%s\n' "$sum" >"$stamp"
}

when_failed() {
    put_former_back
    put_cluster_back
    where_it_stopped
}

# make_way: deletes what keeps something declared from coming in, such as a channel of another name on its path. What is declared itself
# comes again with the import; until then requests go to other clusters.
make_way() {
    local complaint
    complaint=$(stand_in_the_way list 2>&1 >"$work/in-the-way") || fail "${complaint:-the cluster $(param cluster) cannot be asked what it has}"
    if [ -s "$work/in-the-way" ]; then
        progress "deleting what stands in the way of what is declared: $(paste -sd ' ' "$work/in-the-way")"
        take_cluster_out
    fi
    stand_in_the_way delete || fail "what stands in the way of what is declared could not be deleted; see the log"
}

# stand_in_the_way list|delete
stand_in_the_way() {
    admin "$(first_server)" make-way "$(for_zato "$(file expected)")" "$(for_zato "$state/owned")" "$(param exclusive_content)" \
        "$(for_zato "$(baseline)")" "$1"
}

# Before anything is imported: an import that fails half-way must not leave objects behind that nobody deletes later.
note_owned() {
    touch "$state/owned"
    sort -u "$state/owned" "$(param_file owned)" >"$state/owned.new"
    mv "$state/owned.new" "$state/owned"
}

# Zato never deletes by itself. What was declared once and is no more, is deleted: channels before services.
remove_stale() {
    local removed=
    admin "$(first_server)" remove "$(for_zato "$state/owned")" "$(for_zato "$(param_file owned)")" "$(param exclusive_content)" \
        "$(for_zato "$(baseline)")" >"$work/removed" || removed=no
    cat "$work/removed"
    [ -z "$removed" ] || fail "what is no longer declared could not be deleted; see the log"
    cp "$(param_file owned)" "$state/owned"
}

first_server() {
    param servers | sed -n '1s/ .*//p'
}

baseline() {
    printf '%s' "$STATE/baseline-$(param cluster).json"
}

# compare: prints a table of what is not as declared; what nobody declared is no failure.
compare() {
    admin "$(first_server)" verify "$(for_zato "$(file expected)")" "$(for_zato "$(baseline)")" "$(param cluster)"
}

# is_as_declared: the same, for whoever watches.
is_as_declared() {
    local status=0
    compare >"$work/table" || status=$?
    [ "$status" -eq 0 ] || [ -s "$work/table" ] || fail "the cluster $(param cluster) cannot be asked what it runs"
    show "$work/table"
    return "$status"
}

verify() {
    wait_for_services
    is_as_declared || fail "the cluster $(param cluster) is not as declared"
    [ -s "$(param_file sql_connections)" ] || return 0
    ping_sql >/dev/null 2>&1 || {
        sleep 5 # A database may be busy once; with a wrong password an account is locked after some more attempts.
        local complaint
        complaint=$(ping_sql 2>&1) || fail "cluster $(param cluster): $complaint"
    }
}

# ping_sql: from every worker of every server; each has pools of its own.
ping_sql() {
    on_each_server ping_sql_on
}

ping_sql_on() {
    admin "$1" ping-sql "$(for_zato "$(param_file sql_connections)")" "$2"
}

remove() {
    rm -rf -- "$(content_secrets "$(param cluster)")"
}
