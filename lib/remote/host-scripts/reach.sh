#!/bin/sh
# reach.sh: runs where Terraform does, before it logs in to a host: waits at most $reach_seconds for something to listen at
# $reach_address, port $reach_port, and says what to do where nothing does. Terraform itself would wait for minutes, and
# name no way out. Needs bash or nc; where there is neither, it leaves the matter to Terraform.
set -eu
export LC_ALL=C

# listens: whether something does. has_way: whether the address is known here, and led to; UDP connects without an answer.
if command -v bash >/dev/null 2>&1; then
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    connects() { exec bash -c 'exec 3<>"/dev/$0/$1/$2"' "$1" "$reach_address" "$2"; }
    listens() { connects tcp "$reach_port"; }
    has_way() { connects udp 9; }
elif command -v nc >/dev/null 2>&1; then
    listens() { exec nc -z -v "$reach_address" "$reach_port"; }
    has_way() { ! command -v getent || exec getent ahosts "$reach_address"; }
else
    exit 0
fi

# answers QUESTION: whether it succeeds within five seconds, and what it says ($said); not every system has timeout(1).
answers() {
    said=$(
        "$1" 2>&1 &
        probe=$!
        (sleep 5; kill "$probe") >/dev/null 2>&1 &
        watchdog=$!
        status=0
        wait "$probe" 2>/dev/null || status=1
        kill "$watchdog" 2>/dev/null || true
        exit "$status"
    )
}

# A scheduler of a host that is declared lost is started elsewhere: nobody is advised to, unless all that is known fits a machine that is off.
explain() {
    case $said in
        *[Rr]efused*)
            echo "[$reach_host] $reach_address lives, and refuses connections on port $reach_port; see whether sshd runs there," \
                "listens on that port, and is let in by firewalls"
            return ;;
        '' | *[Tt]imed\ out* | *[Nn]o\ route* | *is\ down*)
            if answers has_way; then
                echo "[$reach_host] $reach_address does not answer on port $reach_port. If the machine is lost, declare the host with" \
                    "'lost: true' and deploy again: nothing on it is touched then, and the others can be deployed to."
                return
            fi ;;
    esac
    [ -z "$said" ] || printf '%s\n' "$said"
    echo "[$reach_host] the machine that runs Terraform finds no way to $reach_address, which says nothing of the host itself; see to" \
        "its DNS and its network"
}

end=$(($(date +%s) + reach_seconds))
until answers listens; do
    if [ "$(date +%s)" -ge "$end" ]; then
        explain
        exit 1
    fi
    sleep 1
done
