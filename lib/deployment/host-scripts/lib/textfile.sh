# The folder from which node_exporter reads text files.
# shellcheck shell=bash

# in_textfile_folder COMMAND...: runs it in that folder, where root alone writes to it. Those above may be somebody else's, in Debian
# that of the user prometheus, who could put a link in its place, but not bring another folder of root's there. So what counts is where
# we are, whatever its name leads to by now.
in_textfile_folder() (
    cd -- "$(param directory)" 2>/dev/null || return
    [ "$(readlink /proc/self/cwd)" = "$(param directory)" ] && is_roots_alone . && "$@"
)

# is_roots_alone FOLDER
is_roots_alone() {
    [ -z "$(find "$1" -maxdepth 0 \( ! -user root -o -perm /022 \) -print)" ]
}

# put_textfile FILE NAME: in one step, for everybody to read.
put_textfile() {
    install -m 0644 -T -- "$1" "./$2.new" && mv -fT -- "./$2.new" "./$2"
}

# make_textfile_folder: where node_exporter is not installed yet.
make_textfile_folder() {
    local folder missing=()
    folder=$(param directory)
    until [ -e "$folder" ]; do
        missing=("$folder" "${missing[@]}")
        folder=$(dirname "$folder")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    lies_in_roots "$folder/." || fail "$(param directory) cannot be made, since others than root can change $folder; install node_exporter first, or name another folder"
    (umask 022 && mkdir -- "${missing[@]}")
    printf '%s\n' "${missing[@]}" >"$state/made"
}

# remove_textfile_folder: as far as we have made it, and nobody has put anything there.
remove_textfile_folder() {
    [ -f "$state/made" ] || return 0
    sort -r "$state/made" | while IFS= read -r folder; do rmdir -- "$folder" 2>/dev/null || true; done
}
