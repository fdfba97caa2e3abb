# What scripts of all layers share. The places of session.sh are asked for where others begin.
# shellcheck shell=bash
# What is read of programs is what they say in English; a host may speak another language.
export LC_ALL=C
# shellcheck source=session.sh
. "$scripts/lib/session.sh"
for library in "$scripts"/lib/*.sh; do
    # shellcheck source=/dev/null
    case ${library##*/} in session.sh | all.sh | *-run.sh) ;; *) . "$library" ;; esac
done
unset library
