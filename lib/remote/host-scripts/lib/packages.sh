# Packages of the distribution. What we installed is noted, so that removal takes exactly that away again.
# shellcheck shell=bash

readonly OUR_PACKAGES=$STATE/packages
readonly BEFORE=$STATE/before-packages

installed_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | LC_ALL=C sort -u
}

# there packages|users|groups: what the host has of them.
there() {
    case $1 in
        packages) installed_packages ;;
        users) cut -d : -f 1 /etc/passwd | LC_ALL=C sort -u ;;
        groups) cut -d : -f 1 /etc/group | LC_ALL=C sort -u ;;
    esac
}

# What a run that was cut short has noted is kept: it is what was there before any of ours.
note_what_was_there() {
    [ ! -d "$BEFORE" ] || return 0
    local what
    rm -rf -- "$BEFORE.new"
    mkdir "$BEFORE.new"
    for what in packages users groups; do
        there "$what" >"$BEFORE.new/$what"
    done
    mv -T "$BEFORE.new" "$BEFORE"
}

note_what_came() {
    [ -d "$BEFORE" ] || return 0
    local what
    for what in packages users groups; do
        touch "$STATE/$what"
        LC_ALL=C comm -13 "$BEFORE/$what" <(there "$what") | LC_ALL=C sort -u - "$STATE/$what" >"$work/$what"
        mv "$work/$what" "$STATE/$what"
    done
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

# need_packages_stopped UNIT NAME...: as need_packages, but the distribution's own service, which would only be in the
# way, is not started by the installation.
need_packages_stopped() {
    local unit=$1 mark=$STATE/starts-not-$1
    shift
    if ! has_package "$1"; then
        touch "$mark"
        systemctl mask --runtime --quiet "$unit"
    fi
    need_packages "$@"
    if [ -f "$mark" ]; then
        systemctl unmask --runtime --quiet "$unit"
        systemctl disable --quiet "$unit"
        rm -f "$mark"
    fi
}

# purge_if_ours NAME: purges a package, if it was installed by us.
purge_if_ours() {
    note_what_came
    grep -qxF "$1" "$OUR_PACKAGES" 2>/dev/null && apt purge "$1"
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
    remove_our_accounts
}

# Debian's packages leave their users and groups, and folders that were not empty yet when their turn came.
remove_our_accounts() {
    local name home
    while read -r name; do
        home=$(getent passwd "$name" | cut -d : -f 6) || continue
        userdel "$name" || progress "the user $name could not be removed"
        rmdir --ignore-fail-on-non-empty "$home" 2>/dev/null || true
    done <"$STATE/users"
    while read -r name; do
        getent group "$name" >/dev/null || continue
        groupdel "$name" || progress "the group $name could not be removed"
    done <"$STATE/groups"
    rmdir --ignore-fail-on-non-empty /etc/postgresql /var/log/postgresql /run/haproxy 2>/dev/null || true
}
