# How objects get into a cluster, and its servers hear of them: Zato 3's enmasse asks one server, which tells the others.
# shellcheck shell=bash

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
spread_import() {
    [ -s "$(param_file sql_connections)" ] || return 0
    admin "$(first_server)" refresh-sql || fail "the SQL connections could not be refreshed; see the log"
    sleep 2 # Workers hear of it a moment after the answer.
}

# tell_servers: they tell each other.
tell_servers() {
    :
}

# Zato 3.3 stores a new JWT definition, fails to tell its workers of it, and then waits without end for them to know it, and an
# import with it. Servers that start find it in the ODB.
prepare_import() {
    local stamp=$state/jwt-created
    answer_for_scheduler
    if ! admin "$(first_server)" has-jwt "$(for_zato "$(file expected)")"; then
        progress "creating JWT definitions, and restarting the servers, which hear of them in no other way"
        touch "$stamp"
        admin "$(first_server)" create-jwt "$(for_zato "$(file expected)")" 5 || fail "the JWT definitions could not be created; see the log"
    fi
    [ -f "$stamp" ] || return 0
    restart_servers
    rm -f "$stamp"
}

# While no scheduler runs here, a server would go on to tell of each job that comes or goes, in a task of its own for each, deploy by deploy.
# So somebody answers it, as long as this run lasts.
answer_for_scheduler() {
    local port script
    port=$(scheduler_port)
    if [ -z "$port" ] || reaches 127.0.0.1 "$port"; then return; fi
    script=$(script_for_zato scheduler_ear.py)
    exec {ear}> >(at_most=0 as_zato_with_input /usr/bin/python3 -I -B "$script" "$port")
}

# scheduler_port: where servers of this cluster look for the scheduler.
scheduler_port() (
    local folder
    folder=$(folders_of_this_cluster server)
    folder=${folder%%$'\n'*}
    [ -n "$folder" ] || return 0
    enter_component "$folder"
    sed -n 's/^Zato_Config_Server_server__conf_scheduler_scheduler_port="\{0,1\}\([0-9]*\).*/\1/p' "$(file environment)"
)

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
    at_most=900 as_zato_with_code "$(param zato)/bin/zato" enmasse "$(param server_path)" --import --input "$input" \
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
