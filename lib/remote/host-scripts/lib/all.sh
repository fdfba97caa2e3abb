# shellcheck shell=bash
# shellcheck source=session.sh
. "$scripts/lib/session.sh"
# shellcheck source=manifest.sh
. "$scripts/lib/manifest.sh"
# shellcheck source=predecessors.sh
. "$scripts/lib/predecessors.sh"
# shellcheck source=ledger.sh
. "$scripts/lib/ledger.sh"
# shellcheck source=files.sh
. "$scripts/lib/files.sh"
# shellcheck source=packages.sh
. "$scripts/lib/packages.sh"
# shellcheck source=secrets.sh
. "$scripts/lib/secrets.sh"
# shellcheck source=certificates.sh
. "$scripts/lib/certificates.sh"
# shellcheck source=odb.sh
. "$scripts/lib/odb.sh"
# shellcheck source=dump.sh
. "$scripts/lib/dump.sh"
# shellcheck source=backup.sh
. "$scripts/lib/backup.sh"
# shellcheck source=zato.sh
. "$scripts/lib/zato.sh"
# shellcheck source=requirements.sh
. "$scripts/lib/requirements.sh"
# shellcheck source=trial.sh
. "$scripts/lib/trial.sh"
# shellcheck source=former.sh
. "$scripts/lib/former.sh"
# shellcheck source=server-log.sh
. "$scripts/lib/server-log.sh"
# shellcheck source=services.sh
. "$scripts/lib/services.sh"
# shellcheck source=haproxy.sh
. "$scripts/lib/haproxy.sh"
# shellcheck source=rolling.sh
. "$scripts/lib/rolling.sh"
# shellcheck source=nft.sh
. "$scripts/lib/nft.sh"
# shellcheck source=net.sh
. "$scripts/lib/net.sh"
