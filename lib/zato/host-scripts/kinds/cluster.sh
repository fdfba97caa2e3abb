# A cluster as Zato knows it: a row in the ODB, and the keys that its components share.
# shellcheck shell=bash

converge() {
    local former
    refuse_another_secret_key
    keep_former admin_invoke_password
    install_secrets "$CONFIG/secrets/$(param cluster)" "$staged"
    keep_private "$CONFIG/secrets/$(param cluster)"
    former=$(secret_file admin_invoke_password.former)
    ! cmp -s "$former" "$(secret_file admin_invoke_password)" || rm -f "$former"
    change_baseline
    if ! odb_has_row cluster "$(param cluster)"; then
        refuse_another_cluster
        rm -f "$former"
        await_content
        progress "creating the cluster $(param cluster)"
        zato_from_config "$(file create)" || fail "Zato could not create the cluster (exit status $?)"
        odb_has_row cluster "$(param cluster)" || fail "Zato created no row for the cluster $(param cluster)"
    fi
    of_release note_load_balancer
}

# change_baseline: what a cluster has out of the box is noted once for each of its databases: another release has something else.
change_baseline() {
    local former baseline
    baseline=$STATE/baseline-$(param cluster).json
    former=$(former_database)
    if [ -z "$former" ] || [ "$former" = "$(param odb_name)" ]; then return; fi
    if [ -f "$baseline" ] && [ ! -f "$state/baseline-$former" ]; then mv -f "$baseline" "$state/baseline-$former"; fi
    if [ -f "$state/baseline-$(param odb_name)" ]; then mv -f "$state/baseline-$(param odb_name)" "$baseline"; fi
}

# former_database: that of servers, which come later, as they were last deployed.
former_database() {
    local folder
    folder=$(folders_of_this_cluster server | sed -n 1p)
    [ -z "$folder" ] || sed -n '/^@param odb_name$/ { n; s/^|//p }' "$folder/manifest"
}

# await_content: what the cluster ran is not in the new database of another release. Until it is, the cluster gets no requests
# (kinds/server.sh); the content changes with the release, and so comes.
await_content() {
    local folder
    folder=$(folders_of_this_cluster server | sed -n 1p)
    if [ -z "$folder" ] || is_of_this_release "$folder/manifest"; then return; fi
    for folder in $(folders_of_this_cluster content); do
        rm -f "$folder/imported" "$folder/verified"
        touch "$folder/awaited"
    done
}

# Zato takes the first cluster of an ODB for the one that is meant.
refuse_another_cluster() {
    local other
    other=$(sql "select min(name) from $(odb_quoted cluster)")
    case $other in
        '' | NULL) ;;
        *) fail "the ODB is that of the cluster $other, and each cluster needs one of its own; declare another database" ;;
    esac
}

# The ODB holds passwords that only this key decrypts, and Zato has nothing that would encrypt them anew.
refuse_another_secret_key() {
    local key source version
    odb_has_row cluster "$(param cluster)" || return 0
    key=$(secret_file secret_key)
    read -r _ source version < <(param secrets | grep '^secret_key ')
    if [ "$source" = given ]; then
        [ -s "$key" ] || key=$staged.secret.secret_key
        if ! cmp -s "$staged.secret.secret_key" "$key" || ! fits_odb "$key"; then
            fail "the secret key is another one than the ODB's passwords were encrypted with, and Zato cannot change it; give the former one"
        fi
    else
        [ -s "$key" ] ||
            fail "the ODB holds the cluster $(param cluster) already, and its keys are not on this host; bring them back: sudo bash ~/.cdktf-zato/scripts/restore.sh $(param cluster) BACKUP --keys-only"
        is_generated "$key" "$version" ||
            fail "the secret key cannot get another version: Zato cannot encrypt the ODB's passwords anew; declare the former one"
        fits_odb "$key" ||
            fail "the ODB's passwords were encrypted with another secret key than the one on this host; bring that back: sudo bash ~/.cdktf-zato/scripts/restore.sh $(param cluster) BACKUP --keys-only"
    fi
}

# fits_odb KEY: whether one of the passwords that Zato keeps encrypted is by this key; true where there is none.
fits_odb() {
    of_release encrypted_passwords >"$work/encrypted"
    [ ! -s "$work/encrypted" ] || python_as_zato key_fits.py "$(for_zato "$1")" "$(for_zato "$work/encrypted")"
}

remove() {
    local folder
    while read -r folder; do
        [ -n "$folder" ] || continue
        rm -rf -- "$folder"
        rmdir --ignore-fail-on-non-empty "$(dirname "$folder")" 2>/dev/null || true
    done < <(param folders; echo)
}
