# Packages of the distribution. What we installed is noted, so that removal takes exactly that away again.
# shellcheck shell=bash

readonly OUR_PACKAGES=$STATE/packages
readonly OUR_USERS=$STATE/users
readonly BEFORE=$STATE/before-packages

installed_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | LC_ALL=C sort -u
}

users() {
    cut -d : -f 1 /etc/passwd | LC_ALL=C sort -u
}

# What a run that was cut short has noted is kept: it is what was there before any of ours.
note_what_was_there() {
    [ ! -d "$BEFORE" ] || return 0
    rm -rf -- "$BEFORE.new"
    mkdir "$BEFORE.new"
    installed_packages >"$BEFORE.new/packages"
    users >"$BEFORE.new/users"
    mv -T "$BEFORE.new" "$BEFORE"
}

note_what_came() {
    [ -d "$BEFORE" ] || return 0
    touch "$OUR_PACKAGES" "$OUR_USERS"
    LC_ALL=C comm -13 "$BEFORE/packages" <(installed_packages) | LC_ALL=C sort -u - "$OUR_PACKAGES" >"$work/packages"
    LC_ALL=C comm -13 "$BEFORE/users" <(users) | LC_ALL=C sort -u - "$OUR_USERS" >"$work/users"
    mv "$work/packages" "$OUR_PACKAGES"
    mv "$work/users" "$OUR_USERS"
    rm -rf -- "$BEFORE"
}

has_package() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -q -y "$@" </dev/null
}

# need_packages NAME...: installs those that are missing.
need_packages() {
    local missing=() name
    for name in "$@"; do
        has_package "$name" || missing+=("$name")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    progress "installing ${missing[*]}"
    note_what_was_there
    DEBIAN_FRONTEND=noninteractive dpkg --configure -a </dev/null
    apt install --no-install-recommends "${missing[@]}" ||
        { apt update && apt install --no-install-recommends "${missing[@]}"; } ||
        fail "the packages ${missing[*]} cannot be installed; see whether 'apt-get install' works on the host"
    note_what_came
}

# remove_our_packages: purges what we installed, unless something else has come to need it.
remove_our_packages() {
    note_what_came
    [ -s "$OUR_PACKAGES" ] || return 0
    local names others
    mapfile -t names < <(LC_ALL=C comm -12 "$OUR_PACKAGES" <(installed_packages))
    [ "${#names[@]}" -gt 0 ] || return 0
    others=$(apt -s purge "${names[@]}" | sed -n 's/^Purg \([^ ]*\).*/\1/p' | LC_ALL=C sort -u |
        LC_ALL=C comm -23 - "$OUR_PACKAGES")
    if [ -n "$others" ]; then
        progress "keeping the packages that were installed, since ${others//$'\n'/, } need them"
        return
    fi
    apt purge "${names[@]}" || progress "not all packages could be removed"
    remove_our_users
}

# Debian's packages leave their users.
remove_our_users() {
    local user home
    while read -r user; do
        home=$(getent passwd "$user" | cut -d : -f 6)
        userdel "$user" || true
        [ -z "$home" ] || rmdir --ignore-fail-on-non-empty "$home" 2>/dev/null || true
    done <"$OUR_USERS"
}
