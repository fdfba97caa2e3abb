#!/usr/bin/env bash
# Makes container images of the stand-in out of an image of hosts, as `docker save` writes them into one file:
#
#   NAME:one    as Zato's own are made: a virtualenv at /opt/zato/current that belongs to a user of the image's
#   NAME:two    the same, with one file more and one less, and with a uv in the place of pip, as in those of Zato 4.1
#   NAME:bare   as the first, without certificate authorities and time zones, and without PACKAGES of the distribution
#
#   build-images.sh BASE_IMAGE STAND_IN.tar.gz NAME OUTPUT.tar [PACKAGE...]
set -euo pipefail

base=${1:?usage: build-images.sh BASE_IMAGE STAND_IN.tar.gz NAME OUTPUT.tar [PACKAGE...]} stand_in=$2 name=$3 output=$4
shift 4

# What makes a machine of the base is not part of it.
docker run --rm --interactive --entrypoint bash "$base" -euc '
    # Debian names packages in one release otherwise than in the next, so that those that have come are told by the difference.
    list_packages() { dpkg-query --show --showformat "\${Package}\n" | sort; }
    install_packages() { apt-get install -q -y --no-install-recommends "$@" >&2; }
    list_packages >/tmp/before
    [ $# = 0 ] || install_packages "$@" || { apt-get update -q >&2 && install_packages "$@"; }
    list_packages | comm -13 /tmp/before - | xargs --no-run-if-empty dpkg --listfiles >/usr/local/share/files-of-packages
    groupadd --gid 4321 zato
    useradd --uid 4321 --gid zato --home-dir /opt/zato zato
    mkdir -p /opt/zato/current
    tar -xz -C /opt/zato/current --no-same-owner
    printf one >/opt/zato/current/one
    # Zato has a pip of its own; Debian has one for virtualenvs alone.
    python3 -m venv /var/tmp/venv
    cp -r /var/tmp/venv/lib/python3*/site-packages/pip /opt/zato/current/lib/site-packages/
    chown -R zato:zato /opt/zato
    cd /
    tar -c --exclude=usr/share/doc --exclude=usr/share/man --exclude=usr/share/locale --exclude=usr/lib/systemd --exclude=usr/lib/udev \
        --exclude=etc/resolv.conf --exclude=etc/hosts --exclude=etc/hostname --exclude=etc/systemd --exclude=etc/ssh \
        bin etc lib* opt sbin usr' bash "$@" <"$stand_in" | docker import --change 'USER zato' --change 'CMD ["/opt/zato/current/bin/zato"]' - "$name:one"

# derive TAG COMMAND
derive() {
    local container
    container=$(docker create --user root "$name:one" bash -euc "$2")
    docker start --attach "$container"
    docker commit --change 'USER zato' "$container" "$name:$1"
    docker rm "$container"
}
# shellcheck disable=SC2016
derive two 'cd /opt/zato/current && mv one two
    mkdir -p support-linux/bin && mv lib/site-packages/pip support-linux/
    printf "%s\n" "#!/bin/sh" "# What is used of uv: uv pip COMMAND --python PYTHON ARGUMENT..." \
        "[ \"\$1 \$3\" = \"pip --python\" ] || { echo \"unexpected: uv \$*\" >&2; exit 2; }" \
        "command=\$2 python=\$4; shift 4; export PYTHONPATH=/opt/zato/current/support-linux" \
        "exec \"\$python\" -m pip \"\$command\" \"\$@\"" >support-linux/bin/uv
    chmod 0755 support-linux/bin/uv'
derive bare 'rm -rf /etc/ssl /usr/share/zoneinfo /usr/lib/ssl; grep /lib/ /usr/local/share/files-of-packages | xargs --no-run-if-empty rm -fd 2>/dev/null || true'

docker save --output "$output" "$name:one" "$name:two" "$name:bare"
docker image rm "$name:one" "$name:two" "$name:bare"
