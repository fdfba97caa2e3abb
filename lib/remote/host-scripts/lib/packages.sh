# Packages of the distribution. What we installed is noted, so that removal takes exactly that away again.
# shellcheck shell=bash

readonly OUR_PACKAGES=$STATE/packages
readonly PACKAGES_BEFORE=$STATE/packages-before

installed_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | LC_ALL=C sort -u
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
    # A run that was cut short has left the list of what was there before it.
    [ -f "$PACKAGES_BEFORE" ] || installed_packages >"$PACKAGES_BEFORE.new"
    [ -f "$PACKAGES_BEFORE" ] || mv "$PACKAGES_BEFORE.new" "$PACKAGES_BEFORE"
    DEBIAN_FRONTEND=noninteractive dpkg --configure -a </dev/null
    apt install --no-install-recommends "${missing[@]}" ||
        { apt update && apt install --no-install-recommends "${missing[@]}"; } ||
        fail "the packages ${missing[*]} cannot be installed; see whether 'apt-get install' works on the host"
    note_new_packages
}

note_new_packages() {
    touch "$OUR_PACKAGES"
    LC_ALL=C comm -13 "$PACKAGES_BEFORE" <(installed_packages) |
        LC_ALL=C sort -u - "$OUR_PACKAGES" >"$OUR_PACKAGES.new"
    mv "$OUR_PACKAGES.new" "$OUR_PACKAGES"
    rm -f "$PACKAGES_BEFORE"
}

is_our_package() {
    [ -f "$OUR_PACKAGES" ] && grep -qx "$1" "$OUR_PACKAGES"
}

# remove_our_packages: purges what we installed, unless something else has come to need it.
remove_our_packages() {
    [ -f "$PACKAGES_BEFORE" ] && note_new_packages
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
}
