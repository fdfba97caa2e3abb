# Packages of the distribution. Ours is what dpkg says that an apt of ours has installed anew, and the accounts that those
# packages make; removal takes exactly that away again.
# shellcheck shell=bash

readonly OUR_PACKAGES=$STATE/packages
readonly OUR_ACCOUNTS=$STATE/accounts
# An apt of ours: what its dpkg said, and which accounts were not there before. Kept until it is noted what has come of it.
readonly APT_CALL=$STATE/apt-call

# What packages make and leave behind, as the layers that install them list it: "PACKAGE passwd|group NAME", "PACKAGE folder PATH"; and
# "PACKAGE service UNIT", which no deploy lets run.
accounts_of_packages() {
    awk '$2 == "passwd" || $2 == "group"' "$scripts"/leftovers/*
}

services_of_packages() {
    awk '$2 == "service" { print $1, $3 }' "$scripts"/leftovers/*
}

folders_of_packages() {
    awk '$2 == "folder" { print $3 }' "$scripts"/leftovers/*
}

installed_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | LC_ALL=C sort -u
}

has_package() {
    [ "$(dpkg-query -W -f '${db:Status-Eflag} ${db:Status-Status}' "$1" 2>/dev/null)" = 'ok installed' ]
}

# in_turn COMMAND...: a program of apt's or dpkg's, when another one lets go of their locks: new machines in clouds install updates
# in their first minutes.
in_turn() {
    local begun=$SECONDS next=0 said=$work/in-turn status
    while :; do
        status=0
        LC_ALL=C DEBIAN_FRONTEND=noninteractive foreign "$@" 2>&1 </dev/null | tee "$said" || status=$?
        if [ "$status" -eq 0 ] || ! grep -Eq 'Could not get lock|locked by another process' "$said"; then return "$status"; fi
        if [ "$((SECONDS - begun))" -ge "$next" ]; then
            say "waiting for another program that installs packages, $(lock_holder "$said") ($((SECONDS - begun)) s)"
            next=$((2 * (SECONDS - begun) + 5))
        fi
        [ "$((SECONDS - begun))" -lt 3600 ] ||
            fail "another program, $(lock_holder "$said"), has been installing packages for an hour; see what it waits for"
        sleep 2
    done
}

lock_holder() {
    local process
    process=$(sed -n 's/.*held by process \([0-9]* ([^)]*)\).*/process \1/p; s/.*locked by another process with pid \([0-9]*\).*/process \1/p' "$1" |
        head -n 1)
    printf '%s' "${process:-which has the lock of dpkg}"
}

apt() {
    in_turn apt-get -q -y "$@"
}

# install_packages [OPTION...] NAME...
install_packages() {
    local status=0
    note_what_came
    note_missing_accounts
    apt -o "DPkg::Options::=--status-logger=cat >>'$APT_CALL/dpkg'" install --no-install-recommends "$@" || status=$?
    note_what_came
    return "$status"
}

note_missing_accounts() {
    local database account
    rm -rf -- "$APT_CALL.new"
    mkdir "$APT_CALL.new"
    : >"$APT_CALL.new/dpkg"
    while read -r _ database account; do
        getent "$database" "$account" >/dev/null || printf '%s %s\n' "$database" "$account"
    done < <(accounts_of_packages) >"$APT_CALL.new/missing"
    mv -T "$APT_CALL.new" "$APT_CALL"
    sync "$STATE"
}

# note_what_came: of an apt that may have been cut off, too. What somebody else has installed since is his.
note_what_came() {
    [ -d "$APT_CALL" ] || return 0
    local package database account
    dpkg_has_installed "$APT_CALL/dpkg" | while read -r package; do
        if is_of_this_call "$package"; then printf '%s\n' "$package"; fi
    done >"$work/came"
    add_lines "$OUR_PACKAGES" "$work/came"
    while read -r package database account; do
        if grep -qxF "$package" "$work/came" && grep -qxF "$database $account" "$APT_CALL/missing"; then
            printf '%s %s\n' "$database" "$account"
        fi
    done < <(accounts_of_packages) >"$work/accounts"
    add_lines "$OUR_ACCOUNTS" "$work/accounts"
    rm -rf -- "$APT_CALL"
}

# dpkg_has_installed LOG: the packages that it has begun to put on a host that had none of them, in dpkg's "--status-fd" format.
dpkg_has_installed() {
    awk -F ': ' '
        { name = $1 == "status" ? $2 : $3; sub(/:.*/, "", name) }
        $1 == "processing" && $2 == "install" { coming[name] }
        $1 == "status" && name in coming && $3 !~ /^(not-installed|config-files)/ { came[name] }
        END { for (name in came) print name }' "$1" | LC_ALL=C sort
}

# is_of_this_call PACKAGE: it is there, and its files were not put there after the last word of our dpkg.
is_of_this_call() {
    local list
    case $(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1) in
        '' | not-installed | config-files) return 1 ;;
    esac
    for list in "/var/lib/dpkg/info/$1.list" "/var/lib/dpkg/info/$1:"*.list; do
        [ ! -f "$list" ] || [ ! "$list" -nt "$APT_CALL/dpkg" ] || return 1
    done
}

# add_lines FILE MORE: FILE is sorted, and never half-written.
add_lines() {
    touch "$1"
    LC_ALL=C sort -u "$1" "$2" >"$1.new"
    sync "$1.new"
    mv -f "$1.new" "$1"
}

# need_packages NAME...: installs those that are missing.
need_packages() {
    local missing=() name
    for name in "$@"; do
        has_package "$name" || missing+=("$name")
    done
    [ "${#missing[@]}" -eq 0 ] || install_missing "${missing[@]}"
    # Somebody may hold one at its version.
    for name in "$@"; do record package "$name"; done
}

install_missing() {
    progress "installing $*"
    note_what_came
    finish_packages
    install_packages "$@" ||
        { apt update && install_packages --fix-broken "$@"; } ||
        fail "the packages $* cannot be installed; see whether 'sudo apt-get install' works on the host"
}

# finish_packages: what somebody was cut off in, or we; where it cannot be finished, apt says so. A package that dpkg was unpacking must be
# unpacked again, which it asks for and apt does only where it is named.
finish_packages() {
    local cut_off
    mapfile -t cut_off < <(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')
    [ "${#cut_off[@]}" -eq 0 ] || apt install --fix-broken --reinstall "${cut_off[@]}" || true
    in_turn dpkg --configure -a || true
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

# remove_our_packages [KEPT...]: purges what we installed, but for the packages KEPT, and for what these, packages of others or somebody at the
# host need.
remove_our_packages() {
    note_what_came
    [ -s "$OUR_PACKAGES" ] || return 0
    local others used
    finish_packages
    mapfile -t used < <(used_by_others)
    [ "${#used[@]}" -eq 0 ] || progress "keeping what was installed and somebody else runs: ${used[*]}"
    LC_ALL=C comm -12 "$OUR_PACKAGES" <(installed_packages) | without_needed_by "$@" "${used[@]}" >"$work/purged"
    while others=$(would_go_too "$work/purged") && [ -n "$others" ]; do
        # shellcheck disable=SC2086 # names of packages
        without_needed_by $others <"$work/purged" >"$work/fewer"
        if cmp -s "$work/fewer" "$work/purged"; then
            progress "not all packages could be removed"
            return
        fi
        progress "keeping what was installed and others need: $(LC_ALL=C comm -23 "$work/purged" "$work/fewer" | paste -sd ' ')"
        mv -f "$work/fewer" "$work/purged"
    done
    mapfile -t others <"$work/purged"
    [ "${#others[@]}" -eq 0 ] || apt purge "${others[@]}" || apt --fix-broken purge "${others[@]}" || progress "not all packages could be removed"
    LC_ALL=C comm -12 "$OUR_PACKAGES" <(installed_packages) >"$OUR_PACKAGES.new"
    mv -f "$OUR_PACKAGES.new" "$OUR_PACKAGES"
    # The package `locales` takes along the link that systemd has made there before.
    systemd-tmpfiles --create --prefix=/etc/default/locale || true
    remove_our_accounts
}

# used_by_others: packages of ours whose own services run, or start at boot: with their purge configuration and data of somebody would go.
used_by_others() {
    local package unit
    while read -r package unit; do
        if ! grep -qxF "$package" "$OUR_PACKAGES" || [ -f "$STATE/starts-not-$unit" ]; then continue; fi
        if systemctl is-active --quiet "$unit" || systemctl is-enabled --quiet "$unit"; then printf '%s\n' "$package"; fi
    done < <(services_of_packages)
}

# without_needed_by NAME...: of the packages on standard input those that are neither named nor needed by the named ones.
without_needed_by() {
    cat >"$work/in-question"
    dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Pre-Depends},${Depends}\t${Provides}\n' | needed_by "$work/in-question" "$@" |
        LC_ALL=C sort -u >"$work/needed"
    LC_ALL=C comm -23 "$work/in-question" "$work/needed"
}

# needed_by FILE NAME...: the packages on standard input, as dpkg-query lists them, that these are or depend on. Of several that would do, those that
# FILE has are not needed where another one is there.
needed_by() {
    awk -F '\t' -v file="$1" -v names="${*:2}" '
        function plain(text) { gsub(/\([^)]*\)|\[[^]]*\]|:[a-z0-9]+| /, "", text); return text }
        function need(name) { if (!(name in needed)) { needed[name]; queue[++last] = name } }
        BEGIN { while ((getline name <file) > 0) in_question[name] }
        $1 == "installed" {
            depends[$2] = plain($3)
            providers[$2] = providers[$2] " " $2
            count = split(plain($4), virtual, ",")
            for (i = 1; i <= count; i++) providers[virtual[i]] = providers[virtual[i]] " " $2
        }
        END {
            count = split(names, start, " ")
            for (i = 1; i <= count; i++) need(start[i])
            for (next_one = 1; next_one <= last; next_one++) {
                print queue[next_one]
                count = split(depends[queue[next_one]], wanted, ",")
                for (i = 1; i <= count; i++) {
                    all = ""
                    others = split(wanted[i], other, "|")
                    for (j = 1; j <= others; j++) all = all providers[other[j]]
                    others = split(all, other, " ")
                    stays = 0
                    for (j = 1; j <= others; j++) if (!(other[j] in in_question)) stays = 1
                    for (j = 1; j <= others; j++) if (!stays || !(other[j] in in_question)) need(other[j])
                }
            }
        }'
}

# would_go_too FILE: what apt would purge besides the packages that FILE has. It finds no way where that is what the system cannot do without: a
# package of before whose newer release, which came along, needs one that came with it. So what any of those of before needs has to stay.
would_go_too() {
    local names
    mapfile -t names <"$1"
    [ "${#names[@]}" -gt 0 ] || return 0
    if apt -s --fix-broken purge "${names[@]}" >"$work/simulated"; then
        sed -n 's/^Purg \([^ :]*\).*/\1/p' "$work/simulated" | LC_ALL=C sort -u
    else
        installed_packages
    fi | LC_ALL=C comm -23 - "$1"
}

# Debian's packages leave their users and groups, and folders that were not empty yet when their turn came.
remove_our_accounts() {
    local package database name folders
    touch "$OUR_ACCOUNTS"
    while read -r package database name; do
        if has_package "$package"; then
            printf '%s %s\n' "$database" "$name" >>"$work/staying"
        elif grep -qxF "$database $name" "$OUR_ACCOUNTS" && getent "$database" "$name" >/dev/null; then
            remove_account "$database" "$name" || progress "the account $name could not be removed"
        fi
    done < <(accounts_of_packages)
    touch "$work/staying"
    LC_ALL=C sort "$work/staying" | LC_ALL=C comm -12 - "$OUR_ACCOUNTS" >"$OUR_ACCOUNTS.new"
    mv -f "$OUR_ACCOUNTS.new" "$OUR_ACCOUNTS"
    mapfile -t folders < <(folders_of_packages)
    rmdir --ignore-fail-on-non-empty "${folders[@]}" 2>/dev/null || true
}

remove_account() {
    local home
    case $1 in
        passwd)
            home=$(getent passwd "$2" | cut -d : -f 6)
            # Which would take a group of its name along, whoever made that.
            usermod -g nogroup "$2" && userdel "$2" || return
            rmdir --ignore-fail-on-non-empty "$home" 2>/dev/null || true
            ;;
        group) groupdel "$2" ;;
    esac
}
