#!/bin/bash
# Puts the packages of a cluster on the disk, for hosts on which their installation is not what is tested. Runs once, inside
# the container that becomes the image. Nothing of them runs until somebody starts it.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

packages=(postgresql postgresql-client haproxy socat keepalived)

printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
apt-get install -y --no-install-recommends "${packages[@]}"
rm -f /usr/sbin/policy-rc.d
systemctl disable postgresql haproxy keepalived
rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log "$0"
