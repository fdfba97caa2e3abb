# What a cluster runs: services, their files, and everything that enmasse knows. Declared once, the same in every
# cluster, and verified before the next cluster is touched.
# shellcheck shell=bash

converge() {
    local cluster_folder
    cluster_folder=$ZATO_HOME/env/$(param cluster)
    install_secrets "$(content_secrets "$(param cluster)")" "$staged"
    forget_secrets "$(content_secrets "$(param cluster)")"
    keep_private "$(content_secrets "$(param cluster)")"
    install -d "$staged.files"/{services,modules,user-conf,static}
    cp "$scripts/$inventory" "$staged.files/services/"
    own_cluster_folder
    prepare_packages
    try_services
    keep_live_files "$cluster_folder"
    note_needed
    note_repair
    note_server_logs
    use_packages
    deploy_folder "$staged.files/modules" "$cluster_folder/modules"
    deploy_folder "$staged.files/user-conf" "$cluster_folder/user-conf"
    deploy_services "$cluster_folder/hot-deploy"
    deploy_folder "$staged.files/static" "$cluster_folder/static"
    restart_for_what_is_read_at_start "$cluster_folder"
    wait_for_services
    note_live
    note_owned
    import_objects
    remove_stale
    verify
    install -m 0600 "$staged.manifest" "$state/verified"
    rm -rf -- "$staged.files"
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
    create_jwt_definitions
    local stages stage
    stages=$(admin "$(first_server)" stages "$(for_zato "$(file expected)")") || fail "the cluster $(param cluster) cannot be asked what it has"
    for stage in $stages; do
        progress "importing what others refer to, ahead of them"
        import_file "$(file "enmasse_$stage")"
    done
    import_file "$(file enmasse)"
    refresh_sql
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
    admin "$(first_server)" make-way "$(for_zato "$(file expected)")" "$(for_zato "$state/owned")" "$(param exclusive)" \
        "$(for_zato "$(baseline)")" "$1"
}

import_file() {
    local status
    # On Python 3.11 a server fails at times to list Zato's services (python/cpython#106905). Then nothing was imported.
    for _ in 1 2 3; do
        status=0
        run_enmasse "$1" >"$work/enmasse" 2>&1 || status=$?
        enmasse_output all
        grep -q 'Could not fetch service list' "$work/enmasse" || break
    done
    # Whatever else went wrong.
    admin "$(first_server)" close-unsecured "$(for_zato "$(file expected)")" || fail "the cluster $(param cluster) cannot be asked whom it lets in"
    [ "$status" -eq 0 ] || fail "enmasse ended with exit status $status: $(enmasse_output complaints)"
    # Zato's exit code is 0 whatever the import did; with a warning it imports nothing.
    if grep -Eq '[1-9][0-9]* (warnings? and|errors? found)|Caught an exception' "$work/enmasse"; then
        fail "enmasse reports errors: $(enmasse_output complaints)"
    fi
}

# Zato sends out an edit, which has the password of before, and the change of the password at the same time: workers that hear of
# the edit last go on with the former one. Another edit brings what is in the ODB.
refresh_sql() {
    [ -s "$(param_file sql_connections)" ] || return 0
    admin "$(first_server)" refresh-sql || fail "the SQL connections could not be refreshed; see the log"
    sleep 2 # Workers hear of it a moment after the answer.
}

# Zato 3.3 stores a new JWT definition, fails to tell its workers of it, and then waits without end for them to know it, and an
# import with it. Servers that start find it in the ODB.
create_jwt_definitions() {
    local stamp=$state/jwt-created
    if ! admin "$(first_server)" has-jwt "$(for_zato "$(file expected)")"; then
        progress "creating JWT definitions, and restarting the servers, which hear of them in no other way"
        touch "$stamp"
        admin "$(first_server)" create-jwt "$(for_zato "$(file expected)")" 5 || fail "the JWT definitions could not be created; see the log"
    fi
    [ -f "$stamp" ] || return 0
    restart_servers
    rm -f "$stamp"
}

# enmasse_output all|complaints: never as it is, since there may be secrets in it.
enmasse_output() {
    local secrets
    mapfile -t secrets < <(secrets_for_zato)
    python_as_zato enmasse_output.py "$1" "$(for_zato "$work/enmasse")" "${secrets[@]}"
}

run_enmasse() (
    cp "$1" "$work/enmasse.yaml"
    put_in_start_dates "$work/enmasse.yaml"
    local name variable input
    input=$(for_zato "$work/enmasse.yaml")
    while read -r name variable; do
        [ -n "$name" ] || continue
        export "$variable=$(cat "$(content_secrets "$(param cluster)")/$name")"
    done < <(param secret_variables; echo)
    as_zato timeout --kill-after=10 900 "$(param zato)/bin/zato" enmasse "$(param server_path)" --import --input "$input" \
        --replace-odb-objects --initial-wait-time 60 --missing-wait-time 10
)

# Zato's scheduler counts the executions of a job since its start date one by one, and does nothing else meanwhile: for
# every 2 seconds since 2020 that takes eight minutes, at each start and each change of the job. So a job starts at the
# latest of its moments.
put_in_start_dates() {
    local start seconds begin now
    now=$(date +%s)
    while read -r _ start _ seconds _; do
        begin=$(date -u -d "${start}Z" +%s)
        [ "$begin" -gt "$now" ] || begin=$((now - (now - begin) % seconds))
        sed -i "s/latest $start every $seconds seconds/$(date -u -d "@$begin" +%FT%T)/" "$1"
    done < <(grep -oE 'latest [0-9T:-]+ every [0-9]+ seconds' "$1" | sort -u)
}

# Before anything is imported: an import that fails half-way must not leave objects behind that nobody deletes later.
note_owned() {
    touch "$state/owned"
    sort -u "$state/owned" "$(param_file owned)" >"$state/owned.new"
    mv "$state/owned.new" "$state/owned"
}

# Zato never deletes by itself. What was declared once and is no more, is deleted: channels before services.
remove_stale() {
    admin "$(first_server)" remove "$(for_zato "$state/owned")" "$(for_zato "$(param_file owned)")" "$(param exclusive)" \
        "$(for_zato "$(baseline)")" ||
        fail "what is no longer declared could not be deleted; see the log"
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
