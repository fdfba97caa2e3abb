#!/bin/bash
# provision.sh RELEASE: turns a bare container of that release of Debian into the lab's base image. Runs once, inside the
# container that becomes the image.
#
# Reads from its own folder: files/ (copied over /), and what the machine contributes, each of them optional:
# machine/sources.list, machine/apt.conf, machine/ca-certificates.crt.
set -euo pipefail

release=$1
recipe=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DEBIAN_FRONTEND=noninteractive

# What every host of the lab has. What the product installs by itself (PostgreSQL, HAProxy, keepalived) is not among it.
packages=(
    systemd systemd-sysv dbus udev
    openssh-server openssh-client sudo
    iproute2 iputils-ping netcat-openbsd nftables procps
    curl ca-certificates gnupg
    python3 python3-venv python3-psycopg2 python3-pymysql python3-yaml
    xz-utils zstd
)

# What hosts install later, over apt as on a real machine: the image carries the packages, so that this is quick.
downloaded_only=(postgresql haproxy keepalived mariadb-server)

# Units that have no meaning in a container, or that would hold apt's lock in the middle of a test.
masked=(
    getty.target console-getty.service getty@tty1.service systemd-logind.service
    systemd-timesyncd.service systemd-udevd.service systemd-udev-trigger.service
    systemd-udevd-control.socket systemd-udevd-kernel.socket
    systemd-modules-load.service systemd-journald-audit.socket
    dev-hugepages.mount dev-mqueue.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount
    proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount
    apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
)

use_machines_apt() {
    # An image's own hooks empty the package cache after each installation.
    rm -f /etc/apt/apt.conf.d/docker-clean /etc/apt/apt.conf.d/docker-gzip-indexes
    if [ -s "$recipe/machine/sources.list" ]; then
        rm -f /etc/apt/sources.list.d/*
        install -m 0644 "$recipe/machine/sources.list" /etc/apt/sources.list
    fi
    if [ -s "$recipe/machine/apt.conf" ]; then
        install -m 0644 "$recipe/machine/apt.conf" /etc/apt/apt.conf.d/90machine
    fi
    # Enough for a mirror over https, before the package ca-certificates is there.
    if [ -s "$recipe/machine/ca-certificates.crt" ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
        install -D -m 0644 "$recipe/machine/ca-certificates.crt" /etc/ssl/certs/ca-certificates.crt
    fi
}

install_packages() {
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 0755 /usr/sbin/policy-rc.d
    apt-get update
    apt-get install -y --no-install-recommends "${packages[@]}"
    rm -f /usr/sbin/policy-rc.d
}

trust_machines_authorities() {
    [ -s "$recipe/machine/ca-certificates.crt" ] || return 0
    update-ca-certificates --fresh >/dev/null
    # Only what Debian does not trust anyway, each in a file of its own, as update-ca-certificates wants it.
    awk '
        /-----BEGIN CERTIFICATE-----/ { block = "" }
        { block = block $0 "\n" }
        /-----END CERTIFICATE-----/ {
            if (FILENAME == ARGV[1]) known[block] = 1
            else if (!(block in known)) printf "%s", block > sprintf("/usr/local/share/ca-certificates/machine-%d.crt", ++count)
        }
    ' /etc/ssl/certs/ca-certificates.crt "$recipe/machine/ca-certificates.crt"
    update-ca-certificates
}

prefill_apt_cache() {
    apt-get clean
    apt-get install -y --download-only "${downloaded_only[@]}"
}

# That of the base: later ones do not boot on control groups v1.
keep_systemd() {
    printf 'Package: src:systemd\nPin: release n=trixie*\nPin-Priority: 1001\n' >/etc/apt/preferences.d/systemd
}

# uutils and sudo-rs in the places of GNU's coreutils and of sudo, as in Ubuntu from 25.10 on.
use_tools_of_tomorrow() {
    local tool
    apt-get install -y --no-install-recommends rust-coreutils sudo-rs
    for tool in $(dpkg --listfiles coreutils | sed -n 's#^/usr/bin/##p'); do
        if coreutils --list | grep -xF -- "$tool" >/dev/null; then ln -sf coreutils "/usr/bin/$tool"; fi
    done
    ln -sf ../lib/cargo/bin/sudo /usr/bin/sudo
}

# The base is Debian 13: what hosts install later would bring newer releases of packages that are there, and those stay.
bring_base_up_to_date() {
    apt-get install -s --no-install-recommends "${downloaded_only[@]}" | sed -n 's/^Inst \([^ ]*\) \[.*/\1/p' |
        xargs apt-get install -y --no-install-recommends --only-upgrade
}

create_login_user() {
    useradd --create-home --shell /bin/bash ops
    printf 'ops ALL=(ALL) NOPASSWD:ALL\n' >/etc/sudoers.d/ops
    chmod 0440 /etc/sudoers.d/ops
}

install_files() {
    local file mode
    while IFS= read -r -d '' file; do
        mode=0644
        [ ! -x "$recipe/files/$file" ] || mode=0755
        install -D -o root -g root -m "$mode" "$recipe/files/$file" "/$file"
    done < <(cd "$recipe/files" && find . -type f -print0)
}

# They make units of disks, terminals and firmware, which a container does not have, each time that systemd reads its units: that took
# it two thirds of the time. Those of packages that hosts install later stay.
mask_generators() {
    local generator
    mkdir -p /etc/systemd/system-generators
    for generator in /usr/lib/systemd/system-generators/*; do
        ln -s /dev/null "/etc/systemd/system-generators/${generator##*/}"
    done
}

configure_system() {
    install_files
    # Three programs at each log-in, of which deploys have hundreds.
    sed -i '/pam_motd/d' /etc/pam.d/sshd
    # Each host gets a key and an identity of its own.
    rm -f /etc/ssh/ssh_host_*
    : >/etc/machine-id
    mkdir -p /var/log/journal
    systemctl mask "${masked[@]}"
    mask_generators
    systemctl set-default multi-user.target
    systemctl enable ssh.service
}

use_machines_apt
if [ "$release" = forky ]; then keep_systemd; fi
install_packages
if [ "$release" = forky ]; then
    use_tools_of_tomorrow
    bring_base_up_to_date
fi
trust_machines_authorities
prefill_apt_cache
create_login_user
configure_system
rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log "$recipe"
