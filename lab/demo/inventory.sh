# What of ours runs on this host, one fact a line; the demo reads it. Argument: the virtual address.
# shellcheck shell=bash
set -euo pipefail

echo "cpus $(nproc)"
for unit in $(systemctl list-unit-files --no-legend --plain 'zato-*.service' | cut -d ' ' -f 1); do
    pid=$(systemctl show --property MainPID --value "$unit")
    echo "unit $unit $(systemctl is-active "$unit" || true) $(pgrep --parent "$pid" | wc -l)"
done
echo "holds $(ip -o address show to "$1" | wc -l)"
