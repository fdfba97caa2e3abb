# Reads what TypeScript rendered (lib/remote/manifest.ts): values and files of a component, never run as shell.
# shellcheck shell=bash

# unpack_manifest FILE FOLDER: writes each entry to FOLDER/param/NAME or FOLDER/file/NAME, byte for byte.
unpack_manifest() {
    local manifest=$1 folder=$2
    install -d -m 0700 "$folder/param" "$folder/file"
    LC_ALL=C awk -v folder="$folder" '
        /^@end$/ { complete = 1; exit }
        /^@(param|file) [a-z][a-z0-9_.-]*$/ {
            if (out) close(out)
            out = folder "/" substr($1, 2) "/" $2
            printf "" > out
            first = 1
            next
        }
        /^\|/ && out {
            printf "%s%s", (first ? "" : "\n"), substr($0, 2) > out
            first = 0
            next
        }
        { bad = 1; exit }
        END { exit bad || !complete }
    ' "$manifest" || fail "the manifest $manifest is damaged"
    entries=$folder
}

# param NAME: the value, empty when the manifest has none. Ends of lines at the end of a value are lost; use
# param_file where they matter. Without a process of its own, since a deploy asks for thousands.
param() {
    local value=
    [ -f "$entries/param/$1" ] || return 0
    IFS= read -r -d '' value <"$entries/param/$1" || true
    while [[ $value == *$'\n' ]]; do value=${value%$'\n'}; done
    printf '%s' "$value"
}

param_file() {
    printf '%s' "$entries/param/$1"
}

file() {
    printf '%s' "$entries/file/$1"
}
