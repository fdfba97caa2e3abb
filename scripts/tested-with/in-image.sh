#!/usr/bin/env bash
# in-image.sh RELEASE COMMAND...: runs a command in this checkout, with this machine's Node, where hosts of the lab with that release of
# Debian have their programs (lab/README.md).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

release=$1
shift
image=$(LAB_RELEASE=$release npm run --silent lab -- prepare | sed -n "s/^image *\\(.*:$release-.*\\)/\\1/p")
modules=$(realpath node_modules)
# With the rights of a host of the lab, and IPv6.
docker run --rm --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --sysctl net.ipv6.conf.all.disable_ipv6=0 --sysctl net.ipv6.conf.lo.disable_ipv6=0 \
    --env CI=true --workdir "$PWD" --volume "$PWD:$PWD:ro" --volume "$modules:$modules:ro" \
    --volume "$(node -p process.execPath):/usr/local/bin/node:ro" "$image" "$@"
