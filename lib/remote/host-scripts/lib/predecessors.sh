# When Terraform is killed, it may have noted a resource as created whose provisioners never ran. A component therefore
# brings along what must be on the host before it, and makes up for what is not.
# shellcheck shell=bash

# split_manifests FILE FOLDER: leaves the component's own manifest in FILE, and puts those of its predecessors, each
# headed by "@component KIND NAME ADDRESS", into FOLDER in their order.
split_manifests() {
    local file=$1 folder=$2
    mkdir "$folder"
    LC_ALL=C awk -v own="$file.own" -v folder="$folder" '
        BEGIN { out = own; printf "" > own }
        /^@component / { close(out); out = sprintf("%s/%03d", folder, ++count); print > (out ".words") ; next }
        { print > out }
    ' "$file"
    mv "$file.own" "$file"
}

make_up_for_predecessors() {
    local words kind other address
    for words in "$1"/*.words; do
        [ -f "$words" ] || continue
        read -r _ kind other address <"$words"
        cmp -s "${words%.words}" "$STATE/components/$other/converged" || make_up_for "$kind" "$other" "$address" "${words%.words}"
    done
}

make_up_for() {
    local kind=$1 other=$2 address=$3 manifest=$4
    progress "making up for $other, which an apply that was killed has left out"
    # What came apart from the manifest came to nothing.
    if grep -q '^|.* given$' "$manifest" || kind_can "$kind" bring_files; then
        fail "$other needs secrets or files that are not here; run, by terraform or tofu: apply -replace='$address'"
    fi
    # Nothing but a log-in of its own confirms it.
    if kind_can "$kind" confirm; then fail "$other is not as declared; run, by terraform or tofu: apply -replace='$address'"; fi
    mkdir -p "$work/again/run"
    mv "$manifest" "$work/again/$other.manifest"
    LOCKED=yes bash "$scripts/converge.sh" "$kind" "$other" "$work/again/$other" >&3 ||
        fail "$other is not as declared; run, by terraform or tofu: apply -replace='$address'"
}

# kind_can KIND FUNCTION: whether the kind has it.
kind_can() (
    unset -f "$2"
    # shellcheck source=/dev/null
    . "$scripts/kinds/$1.sh"
    declare -F "$2" >/dev/null
)
