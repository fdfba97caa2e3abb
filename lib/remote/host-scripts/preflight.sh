#!/usr/bin/env bash
# preflight.sh MANIFEST NOW: checks, as the login user, that what is declared for this host can be installed on it.
# Reports all findings at once, those of layers too (fit/), and changes nothing, but for what layers do on a host that has passed (passed/).
set -euo pipefail
export LC_ALL=C
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
manifest=$1 now=$2
findings=() notes=()
# Among what is ours: if this script is killed, the next run or the removal of the host takes it away.
work=$(mktemp -d "$(dirname "$scripts")/preflight.XXXXXXXX")
trap 'rm -rf -- "$work" "$manifest"' EXIT

fail() {
    printf '[%s] preflight: %s\n' "$(hostname)" "$1"
    exit 1
}
# shellcheck source=lib/manifest.sh
. "$scripts/lib/manifest.sh"
# shellcheck source=lib/net.sh
. "$scripts/lib/net.sh"
# shellcheck source=lib/visible.sh
. "$scripts/lib/visible.sh"
unpack_manifest "$manifest" "$work/entries"

finding() { findings+=("$1"); }

# note TEXT: what is no finding, and good to know before.
note() { notes+=("$1"); }

as_root() {
    if [ "$(param sudo)" = true ]; then sudo -n "$@"; else "$@"; fi
}

check_system() {
    local id='' version='' pretty=''
    # shellcheck source=/dev/null
    { id=$(. /etc/os-release && echo "${ID:-}"); version=$(. /etc/os-release && echo "${VERSION_ID:-}"); pretty=$(. /etc/os-release && echo "${PRETTY_NAME:-}"); } 2>/dev/null || true
    case $id:${version%%.*} in
        debian:1[2-9] | ubuntu:2[2-9]) ;;
        *) finding "the operating system is '${pretty:-unknown}'; use Debian 12 or Ubuntu 22.04, or a later release of them" ;;
    esac
    [ -d /run/systemd/system ] || finding "systemd does not run this host; boot it with systemd"
}

check_privileges() {
    if ! as_root true 2>/dev/null; then
        finding "$(id -un) cannot become root; let it run 'sudo -n' without a password, or log in as root"
    elif [ "$(param sudo)" = true ] && ! setsid --wait sudo -n true </dev/null >/dev/null 2>&1; then
        finding "sudo wants a terminal of $(id -un) ('requiretty'), which 'verify' and 'restore' do not have; put 'Defaults:$(id -un) !requiretty' into a file in /etc/sudoers.d"
    fi
}

check_size() {
    local cpus memory disk available
    cpus=$(nproc)
    [ "$cpus" = "$(param cpus)" ] ||
        finding "the host has $cpus CPUs, and $(param cpus) are declared; declare cpus: $cpus"
    memory=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
    [ "$memory" -ge "$(param memory)" ] ||
        finding "the host has $memory MiB of memory, and $(param memory) MiB are needed"
    disk=$(param disk)
    available=$(df --output=avail -B 1M "$(nearest_folder /opt)" | tail -n 1 | tr -d ' ')
    [ -d /var/lib/cdktf-zato/components ] || [ "$available" -ge "$disk" ] ||
        finding "there are $available MiB free below /opt, and $disk MiB are needed"
}

# Files lie in the login directory, then below /var/lib, and at last beside former ones below /opt.
check_room_for_content() {
    local needed available folder
    needed=$(param content)
    [ -n "$needed" ] || return 0
    needed=$((2 * needed))
    while read -r available folder; do
        [ "$available" -ge "$needed" ] ||
            finding "there are $available MiB free in $folder, and $needed MiB are needed for files of services on their way"
    done < <(df --output=avail,target -B 1M "$(dirname "$scripts")" /var/lib "$(nearest_folder /opt)" | tail -n +2 | sort -u)
}

nearest_folder() {
    if [ -d "$1" ]; then echo "$1"; else echo /; fi
}

check_ports() {
    local port purpose holder
    while read -r port purpose; do
        [ -n "$port" ] || continue
        holder=$(holder_of "$port")
        [ -z "$holder" ] || finding "port $port, meant for $purpose, is taken by $holder; stop it, or choose another port"
    done < <(param ports; echo)
}

# holder_of PORT: the program that listens on it, unless it is a component of ours. In a container root may not see the
# processes of other users; the user of a socket, where it is not root, and its control group, and with it the unit, are seen all the same.
holder_of() {
    local socket program pid unit user
    socket=$(as_root ss -H -l -t -n -p -e "sport = :$1" 2>/dev/null | head -n 1 | LC_ALL=C tr -d '[:cntrl:]') || true
    [ -n "$socket" ] || return 0
    program=$(sed -n "s/.*users:((\"\([^\"]*\)\".*/'\1'/p" <<<"$socket")
    pid=$(sed -n 's/.*users:(([^)]*pid=\([0-9]*\).*/\1/p' <<<"$socket")
    unit=$({ echo "$socket"; cat "/proc/${pid:-none}/cgroup" 2>/dev/null; } |
        sed -n 's/.*\/\([^/ ]*\.service\).*/\1/p' | head -n 1) || true
    ! is_ours "$unit" || return 0
    user=$(getent passwd "$(sed -n 's/.* uid:\([0-9]*\).*/\1/p' <<<"$socket")" | cut -d : -f 1) || true
    echo "${program:-another program}${pid:+, process $pid}${user:+ of $user}${unit:+, unit $unit}"
}

# is_ours UNIT: whether a component on this host has it.
is_ours() {
    [ -n "$1" ] && as_root grep -rqsxF --include=manifest "|$1" /var/lib/cdktf-zato/components
}

# A unit of somebody else's would be written over.
check_units() {
    local unit
    while read -r unit; do
        [ -z "$unit" ] || ! is_somebody_elses "$unit" ||
            finding "the unit $unit is there already, and not of this library; name what is declared differently, or the unit"
    done < <(param units; echo)
}

# A folder of somebody else's would be taken along when the component is removed.
check_folders() {
    local component folder
    while read -r component folder; do
        [ -z "$component" ] || is_here "$component" || ! as_root test -e "$folder" ||
            finding "the folder $folder is there already, and not of this library; move it away, or name what is declared differently"
    done < <(param folders; echo)
}

# is_here COMPONENT: whether it has been deployed to this host before.
is_here() {
    as_root test -f "/var/lib/cdktf-zato/components/$1/manifest"
}

# is_somebody_elses UNIT: whether there is one, for longer than until a boot, that does not begin with what those of ours do.
is_somebody_elses() {
    local file
    file=$(systemctl show --property FragmentPath --value -- "$1" 2>/dev/null) || true
    case $file in '' | /run/*) return 1 ;; esac
    ! grep -qs '^# Managed by cdktf-zato\.' "$file"
}

check_clock() {
    local difference
    difference=$(($(date +%s) - $(date -d "$now" +%s)))
    [ "${difference#-}" -le 30 ] ||
        finding "the clock is off by $difference s from the machine that runs Terraform; let both use NTP"
}

check_reach() {
    local target folder
    while read -r target folder; do
        [ -n "$target" ] || continue
        [ -d "${folder:-/nowhere}" ] || reaches "${target%:*}" "${target##*:}" || finding "$target cannot be reached from this host"
    done < <(param endpoints; echo)
    while read -r target folder; do
        [ -n "$target" ] || continue
        [ -d "${folder:-/nowhere}" ] || downloads "$target" || finding "$target cannot be downloaded from this host"
    done < <(param downloads; echo)
}

# The first byte is enough, which we wait for ourselves, since not every server gives parts of a file; without curl, which the
# installation brings, that the server can be reached.
downloads() {
    if command -v curl >/dev/null; then
        [ "$({ curl -fsSLN --connect-timeout 5 --max-time 60 -- "$1" 2>/dev/null || true; } | head -c 1 | wc -c)" -eq 1 ]
        return
    fi
    local server=${1#*://} port=443
    server=${server%%/*}
    case $1 in http://*) port=80 ;; esac
    case $server in
        \[*\]) ;;
        *:*) port=${server##*:} server=${server%:*} ;;
    esac
    reaches "$server" "$port"
}

check_files() {
    local path
    while read -r path; do
        [ -z "$path" ] || as_root test -s "$path" || finding "there is no file $path on this host; put it there first"
    done < <(param files; echo)
}

check_system
check_privileges
check_size
check_room_for_content
check_ports
check_units
check_folders
check_clock
check_reach
check_files
# What layers look at, for what they bring.
for script in "$scripts"/fit/*.sh; do
    # shellcheck source=/dev/null
    . "$script"
done

# Whoever has a process or a folder here gives them their names.
for one in "${notes[@]}"; do printf '[%s] preflight: note: %s\n' "$(param host)" "$one"; done | visible
if [ "${#findings[@]}" -gt 0 ]; then
    for one in "${findings[@]}"; do
        printf '[%s] preflight: %s\n' "$(param host)" "$one"
    done | visible
    printf '[%s] preflight: %s; nothing was changed on any host\n' "$(param host)" "${#findings[@]} finding(s)"
    # A host that has nothing of ours yet is left without our scripts too.
    [ -d /var/lib/cdktf-zato ] || rm -rf -- "$(dirname "$scripts")"
    exit 1
fi
# What layers do on a host that is fit.
for script in "$scripts"/passed/*.sh; do
    # shellcheck source=/dev/null
    . "$script"
done
printf '[%s] preflight: passed\n' "$(param host)"
