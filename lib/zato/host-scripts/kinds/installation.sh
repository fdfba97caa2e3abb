# Zato's code on a host.
# shellcheck shell=bash

converge() {
    forget_unfinished
    ensure_user
    keep_user
    # All hosts at the same time, before anything that runs is touched.
    need_packages curl python3
    need_haproxy
    local packages
    mapfile -t packages < <(param packages)
    [ -z "${packages[*]}" ] || need_packages "${packages[@]}"
    case $(param method) in
        archive) from_archive ;;
        image) from_image ;;
        image-archive) from_image_archive ;;
        repository) from_repository ;;
        preinstalled) own_home ;;
        script) from_script ;;
    esac
    if [ -z "$(param folder)$(param root)" ]; then
        own_code "$(param zato)"
        check_import "$(param zato)"
    fi
    [ -n "$(param root)" ] || link_current
    record account zato
}

when_failed() {
    forget_unfinished
    where_it_stopped
}

# forget_unfinished: what was on its way when a run failed, or was killed, since that takes room from all else on the disk. A whole archive
# is not fetched twice.
forget_unfinished() {
    find "$STATE" -maxdepth 1 \( -name 'archive-*' -o -name 'image-*' \) ! -name "archive-$(param sha256)" -exec rm -rf -- {} +
    ! has_own_builds || rm -rf -- "$ZATO_HOME"/builds/*.new
}

ensure_user() {
    if id zato >/dev/null 2>&1; then return; fi
    if ! getent group zato >/dev/null; then
        groupadd --system zato
        touch "$STATE/created-group-zato"
    fi
    useradd --system --gid zato --home-dir "$ZATO_HOME" --no-create-home --shell /usr/sbin/nologin zato
    touch "$STATE/created-user-zato"
}

# keep_user: one that we have created gets nothing else by whoever adds it to groups, and cannot log in.
keep_user() {
    [ -f "$STATE/created-user-zato" ] || return 0
    [ "$(id -Gn zato)" = zato ] || usermod --gid zato --groups '' zato
    [ "$(getent passwd zato | cut -d : -f 7)" = /usr/sbin/nologin ] || usermod --shell /usr/sbin/nologin zato
}

own_home() {
    local folder
    [ -d "$ZATO_HOME" ] || touch "$STATE/created-home"
    leading_folder "$ZATO_HOME"
    # Before its user puts something there for what comes later.
    if [ -d "$ZATO_HOME/env" ] || [ -L "$ZATO_HOME/env" ]; then leading_folder "$ZATO_HOME/env"; fi
    # What is somebody else's stays his; a link of zato's would have us remove what it leads to.
    for folder in "$ZATO_HOME"/{builds,packages} "$ZATO_HOME"/packages/*; do
        [ "$(stat -c %U -- "$folder" 2>/dev/null)" != zato ] || leading_folder "$folder"
    done
}

# own_code FOLDER: what runs as zato cannot change it, however it came here: packages, scripts and images leave it to zato.
own_code() {
    local folder place
    has_code "$1"
    folder=$(readlink -f "$1") place=$(dirname "$1")
    { lies_in_roots "$place/." && lies_in_roots "$folder"; } ||
        fail "$1 lies in a folder that others than root can change; see 'namei -mo $1'"
    if is_roots_tree "$folder"; then return; fi
    # One as packages leave it, zato's own to its code beside it, leads root to nothing of somebody else's.
    lies_in_roots "$1" || [ "$folder $(stat -c %U "$1" "$folder" | sort -u)" = "$(readlink -f "$place")/${folder##*/} zato" ] ||
        fail "$1 leads to $folder by a link that others than root can change; if that is your Zato: sudo ln -sfn $folder $1"
    progress "giving the code in $folder to root"
    chown -h root: "$1"
    own_tree "$folder"
    is_roots_tree "$folder" || fail "something else changes $folder at this moment; stop it, and deploy again"
}

# Builds lie side by side, and each unit sees its own at the very path that it was built at, since the scripts of a
# virtualenv hold absolute paths. So what runs keeps its build until it is restarted.
from_archive() {
    own_home
    local folder
    folder=$(param folder)
    refuse_foreign_zato
    # Of what somebody else could write nothing is kept.
    is_roots_tree "$folder" || unpack_archive "$folder"
    leading_folder "$(param zato)"
    put_file /dev/null "$(param zato)/.cdktf-zato" 0600 root
    check_import "$folder"
    record code "$folder"
    note_path
    link_build "$folder"
}

# Checked before it is unpacked; the folder appears when it is whole.
unpack_archive() {
    local folder=$1 archive
    forget_builds "$folder"
    need_space
    archive=$(downloaded)
    download "$archive"
    progress "unpacking to $folder"
    leading_folder "$(dirname "$folder")"
    rm -rf -- "$folder.new" "$folder"
    # By its mode: a default ACL of who had the folders before would let him in, whatever the umask.
    mkdir -m 0700 "$folder.new"
    while_room "$(dirname "$folder")" tar -x -f "$archive" -C "$folder.new" --no-same-owner ||
        fail "$(param url) cannot be unpacked to $folder; see the log"
    own_tree "$folder.new"
    sync -f "$folder.new"
    mv -T "$folder.new" "$folder"
    rm -f -- "$archive"
}

# The file system of an image becomes a build, too.
from_image() {
    own_home
    need_packages ca-certificates skopeo umoci
    if ! is_roots_tree "$(param root)"; then
        [ -z "$(param username)" ] || log_in
        unpack_image "docker://$(param image)"
    fi
    keep_image
}

from_image_archive() {
    own_home
    need_packages ca-certificates skopeo umoci
    local archive
    archive=$(downloaded)
    if ! is_roots_tree "$(param root)"; then
        download "$archive"
        if tar -t -f "$archive" | grep -xF -e manifest.json -e ./manifest.json >/dev/null; then
            unpack_image "docker-archive:$archive"
        else
            unpack_image "oci-archive:$archive"
        fi
        rm -f -- "$archive"
    fi
    keep_image
}

keep_image() {
    make_mount_points "$(param root)"
    check_image
    record code "$(param root)"
}

# A folder that somebody else has filled is not ours to change.
refuse_foreign_zato() {
    local zato
    zato=$(param zato)
    [ -f "$zato/.cdktf-zato" ] || [ -z "$(ls -A "$zato" 2>/dev/null)" ] ||
        fail "$zato holds a Zato that did not come from an archive; move it away, or give the archive another path"
}

from_repository() {
    own_home
    need_packages gnupg ca-certificates
    install -d -m 0755 /etc/apt/keyrings
    gpg --batch --yes --dearmor -o "$work/key.gpg" <"$(file signing_key)" || cp "$(file signing_key)" "$work/key.gpg"
    install_file "$work/key.gpg" /etc/apt/keyrings/cdktf-zato.gpg 0644 root
    install_file "$(file sources)" /etc/apt/sources.list.d/cdktf-zato.list 0644 root
    local wanted
    wanted=$(param package)=$(param version)
    if [ "$(dpkg-query -W -f '${Version}' "$(param package)" 2>/dev/null)" != "$(param version)" ]; then
        progress "installing $wanted"
        apt update
        install_packages --allow-downgrades --allow-change-held-packages "$wanted" ||
            fail "$wanted cannot be installed from $(param url)"
    fi
    in_turn apt-mark hold "$(param package)"
    record pinned "$(param package)"
}

from_script() {
    own_home
    if [ -f "$state/script" ] && cmp -s "$(file script)" "$state/script"; then return; fi
    progress "running the installation script"
    # Not below /run, from which hardened hosts run nothing.
    install -m 0700 "$(file script)" "$state/script.run"
    [ -e "$(param zato)" ] || printf '%s\n' "$(param zato)" >>"$state/created-code"
    (cd / && foreign "$state/script.run" "$(param zato)" </dev/null) ||
        fail "the installation script ended with exit status $?"
    rm -f "$state/script.run"
    install -m 0600 "$(file script)" "$state/script"
}

has_code() {
    [ -x "$1/bin/py" ] || fail "there is no Zato in $1: bin/py is missing"
}

# check_import FOLDER: `zato --version` works even where the server cannot be imported.
check_import() {
    local zato
    zato=$(param zato)
    has_code "$1"
    as_zato_in "$1" "$zato" "$zato/bin/py" -c 'import zato.server.main' ||
        fail "Zato in $1 is incomplete: its server cannot be imported"
}

drift() {
    local code
    if [ -n "$(param root)" ]; then
        drift_of_image
        return
    fi
    code=$(param folder)
    code=${code:-$(param zato)}
    if [ ! -x "$code/bin/py" ]; then
        found "there is no Zato in $code: bin/py is missing"
    elif ! is_roots_tree "$(readlink -f "$code")"; then
        found "others than root can change the code in $code"
    fi
}

drift_of_image() {
    local root zato
    root=$(param root) zato=$(param zato)
    if [ ! -d "$root" ] || ! as_zato_in_image test -x "$zato/bin/py"; then
        found "there is no Zato in $root$zato: bin/py is missing"
    elif ! is_roots_tree "$root"; then
        found "others than root can change the code in $root"
    fi
}

remove() {
    local zato path
    zato=$(param zato)
    case $(param method) in
        archive) remove_builds "$zato" ;;
        repository)
            remove_builds
            remove_package "$zato"
            ;;
        *) remove_builds ;;
    esac
    # Of former declarations, too; nothing else that is at the path now.
    while IFS= read -r path; do
        declared_elsewhere "|$path" || rm -rf -- "$path"
    done < <(cat "$state/created-code" 2>/dev/null || true)
    forget_current "$zato"
}

# remove_package PATH: and where it came from, but what another cluster has, too.
remove_package() {
    local file
    if ! noted_elsewhere pinned "$(param package)"; then
        in_turn apt-mark unhold "$(param package)" || true
        # With what Python has left in its folder.
        if purge_if_ours "$(param package)"; then rm -rf -- "$1"; fi
    fi
    for file in /etc/apt/sources.list.d/cdktf-zato.list /etc/apt/keyrings/cdktf-zato.gpg; do
        noted_elsewhere file "$file" || rm -f -- "$file"
    done
}
