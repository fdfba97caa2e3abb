#!/usr/bin/env bash
# webhook.sh: posts what it reads to the address that systemd hands over. It is delivered where that answers 2xx. Run by its unit, as a user
# who is nobody else; the address and the token stand in no list of processes.
set -euo pipefail

# quoted TEXT: as a curl configuration quotes a value.
quoted() {
    printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

configuration() {
    printf 'url = "%s"\n' "$(quoted "$CDKTF_ZATO_ADDRESS")"
    [ -z "${CDKTF_ZATO_TOKEN:-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$(quoted "$CDKTF_ZATO_TOKEN")"
}

status=$(curl -qgsS --config <(configuration) --proto '=http,https' --max-time 30 -H 'Content-Type: application/json' --data-binary @- \
    -o /dev/null -w '%{http_code}')
case $status in
    2??) ;;
    *)
        printf 'the webhook has answered %s\n' "$status" >&2
        exit 1
        ;;
esac
