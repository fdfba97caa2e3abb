# What a cluster runs: services, their files, and everything that enmasse knows. Declared once, the same in every
# cluster, and verified before the next cluster is touched.
# shellcheck shell=bash

converge() {
    local cluster_folder
    cluster_folder=$ZATO_HOME/env/$(param cluster)
    note_repair
    install_secrets "$CONFIG/secrets/$(param cluster)-content" "$staged"
    forget_secrets "$CONFIG/secrets/$(param cluster)-content"
    install_requirements
    install -d "$staged.files/services"
    cp "$scripts/cdktf_zato_inventory.py" "$staged.files/services/"
    deploy_user_conf "$cluster_folder/user-conf"
    deploy_folder "$staged.files/services" "$cluster_folder/hot-deploy" '*.py' zato 0700 0600
    deploy_folder "$staged.files/static" "$cluster_folder/static" '*' zato 0700 0600
    wait_for_services
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

install_requirements() {
    local requirements=$staged.files/requirements.txt
    rm -f "$state/requirements"
    [ -f "$requirements" ] || return 0
    need_requirements "$requirements"
    # Servers take them along to another build of Zato.
    install -m 0600 "$requirements" "$state/requirements"
}

# deploy_user_conf TARGET: Zato writes a configuration file that has changed in the folder of each server. Those of a host share
# one: what one writes is a change to the other, without end, and mostly the file is empty. So only root may write there, and
# servers read it when they start, as they import new Python packages only then.
deploy_user_conf() {
    local stamp=$state/read-at-start
    deploy_folder "$staged.files/user-conf" "$1" '*' root 0750 0644
    {
        cat "$state/requirements" 2>/dev/null || true
        (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum)
    } >"$work/read-at-start"
    touch "$stamp"
    if cmp -s "$work/read-at-start" "$stamp"; then return; fi
    restart_servers
    install -m 0600 "$work/read-at-start" "$stamp"
}

# deploy_folder SOURCE TARGET PATTERN OWNER FOLDER_MODE FILE_MODE: makes TARGET hold exactly the files of SOURCE, each replaced
# in one step. Zato watches the folder; a file that is still being written does not match what it looks for.
deploy_folder() {
    local source=$1 target=$2 pattern=$3 owner=$4 folder_mode=$5 file_mode=$6 file name
    install -d -m "$folder_mode" -o "$owner" -g zato "$target"
    if [ -d "$source" ]; then
        while IFS= read -r -d '' name; do
            install -d -m "$folder_mode" -o "$owner" -g zato "$(dirname "$target/$name")"
            install_file "$source/$name" "$target/$name" "$file_mode" "$owner"
        done < <(cd "$source" && find . -type f -printf '%P\0')
    fi
    while IFS= read -r -d '' file; do
        [ -f "$source/${file#"$target"/}" ] || rm -f -- "$file"
    done < <(find "$target" -type f -name "$pattern" -print0)
}

# Each server must have the code with the declared hash, and each of its workers must have loaded it.
wait_for_services() {
    local address workers
    [ -s "$(param_file services)" ] || return 0
    while read -r address workers; do
        [ -n "$address" ] || continue
        wait_until 15 "the services on $address" check_services "$address" "$workers" && continue
        deploy_again
        wait_until 120 "the services on $address" check_services "$address" "$workers" ||
            fail "the services are not live on $address: $(check_services "$address" "$workers" 2>&1 | tail -n 5)"
    done < <(param servers; echo)
}

check_services() {
    admin "$1" services "$(param_file services)" "$2"
}

# Our files are as they should be, and something else was deployed by other means: only a new file is loaded again.
deploy_again() {
    local file
    progress "deploying the services again"
    for file in "$ZATO_HOME/env/$(param cluster)/hot-deploy"/*.py; do
        cp --preserve=mode,ownership "$file" "$file.cdktf-zato-new"
        mv -f "$file.cdktf-zato-new" "$file"
    done
}

import_objects() {
    local stamp=$state/imported sum
    sum=$({ cat "$(file enmasse)"; param secrets_versions; } | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && [ -z "$repair" ] && compare >/dev/null 2>&1; then return; fi
    [ "$(param objects)" != 0 ] || return 0
    rm -f "$stamp"
    progress "importing $(param objects) objects"
    create_jwt_definitions
    local status=0
    run_enmasse >"$work/enmasse" 2>&1 || status=$?
    enmasse_output all
    [ "$status" -eq 0 ] || fail "enmasse ended with exit status $status: $(enmasse_output complaints)"
    # Zato's exit code is 0 whatever the import did; with a warning it imports nothing.
    if grep -Eq '[1-9][0-9]* (warnings? and|errors? found)|Caught an exception' "$work/enmasse"; then
        fail "enmasse reports errors: $(enmasse_output complaints)"
    fi
    printf '%s\n' "$sum" >"$stamp"
}

# Zato 3.3 stores a new JWT definition, fails to tell its workers of it, and then waits without end for them to know it, and an
# import with it. Servers that start find it in the ODB.
create_jwt_definitions() {
    local stamp=$state/jwt-created
    if ! admin "$(first_server)" has-jwt "$(file expected)"; then
        progress "creating JWT definitions, and restarting the servers, which hear of them in no other way"
        touch "$stamp"
        admin "$(first_server)" create-jwt "$(file expected)" 5 || fail "the JWT definitions could not be created; see the log"
    fi
    [ -f "$stamp" ] || return 0
    restart_servers
    rm -f "$stamp"
}

# enmasse_output all|complaints: never as it is, since there may be secrets in it.
enmasse_output() {
    zato_python enmasse_output.py "$work/enmasse" "$CONFIG/secrets/$(param cluster)-content" "$1"
}

run_enmasse() (
    install -d -m 0700 -o zato -g zato "$work/zato"
    install -m 0600 -o zato -g zato "$(file enmasse)" "$work/zato/enmasse.yaml"
    put_in_start_dates "$work/zato/enmasse.yaml"
    local name variable
    while read -r name variable; do
        [ -n "$name" ] || continue
        export "$variable=$(cat "$CONFIG/secrets/$(param cluster)-content/$name")"
    done < <(param secret_variables; echo)
    as_zato timeout --kill-after=10 900 "$(param zato)/bin/zato" enmasse "$(param server_path)" --import --input "$work/zato/enmasse.yaml" \
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
    admin "$(first_server)" remove "$state/owned" "$(param_file owned)" "$(param exclusive)" "$(baseline)" ||
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
    admin "$(first_server)" verify "$(file expected)" "$(baseline)" "$(param cluster)"
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

ping_sql() {
    admin "$(first_server)" ping-sql "$(param_file sql_connections)"
}

remove() {
    rm -rf -- "${CONFIG:?}/secrets/$(param cluster)-content"
}
