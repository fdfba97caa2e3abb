# Zato's code as a container image: its file system is the root directory of our units, and of what we run of Zato's. Registries, digests
# and layers are left to skopeo and umoci of the distribution; there is no container engine.
# shellcheck shell=bash

# as_zato_in_image COMMAND...: as_zato in the file system of the image, with what units see of the host in it.
as_zato_in_image() {
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    (cd / && in_time unshare --mount bash -c '
        set -e
        root=$1 places=$2
        shift 2
        while IFS= read -r place; do
            [ ! -e "$place" ] || mount --rbind "$place" "$root$place"
        done <<<"$places"
        exec setpriv --no-new-privs --inh-caps=-all \
            chroot --userspec="$(id -u zato):$(id -g zato)" --groups="$(id -G zato | tr " " ,)" "$root" "$@"' \
        _ "$(param root)" "$(host_places)" env HOME="$ZATO_HOME" LANG=C.UTF-8 LC_ALL=C.UTF-8 "$@" </dev/null)
}

# host_places: what a program of the image finds of the host; of the first ones units make their own.
host_places() {
    printf '%s\n' /proc /sys /dev /tmp /var/tmp
    param from_host
    echo
}

# make_mount_points ROOT: for these, since the image has other files there, or links that would lead out of it.
make_mount_points() {
    local root=$1 place parent
    while IFS= read -r place; do
        [ -n "$place" ] || continue
        parent=$(dirname "$root$place")
        (umask 022 && mkdir -p "$parent")
        [ "$(realpath "$parent")" = "$parent" ] || fail "$(dirname "$place") is a link in the image, and must be a folder"
        case $place in
            /etc/*)
                if [ -f "$root$place" ] && [ ! -L "$root$place" ]; then continue; fi
                rm -rf -- "${root:?}$place"
                (umask 022 && : >"$root$place")
                ;;
            *)
                if [ -d "$root$place" ] && [ ! -L "$root$place" ]; then continue; fi
                rm -rf -- "${root:?}$place"
                (umask 022 && mkdir "$root$place")
                ;;
        esac
    done < <(host_places)
}

# unpack_image SOURCE: what skopeo finds there. The folder appears when it is whole.
unpack_image() {
    local source=$1 root layout
    root=$(param root)
    layout=$STATE/image-$(basename "$root")
    require_architecture "$source"
    forget_builds "$root"
    need_space
    progress "fetching the layers of the image"
    with_skopeo copy --retry-times 3 "$source" "oci:$layout:zato"
    progress "unpacking to $root"
    leading_folder "$(dirname "$root")"
    rm -rf -- "$root.new"
    while_room "$(dirname "$root")" umoci raw unpack --image "$layout:zato" "$root.new" || fail "the layers of the image cannot be unpacked; see the log"
    find "$root.new" \( -type b -o -type c \) -exec rm -f {} +
    make_mount_points "$root.new"
    own_tree "$root.new"
    sync -f "$root.new"
    put_aside "$root"
    mv -T "$root.new" "$root"
    rm -rf -- "$layout"
}

# put_aside ROOT: what runs in one that others could change loses all that is mounted in it if it is removed. It goes with another build.
put_aside() {
    rm -rf -- "$1.former"
    [ ! -d "$1" ] || mv -T "$1" "$1.former"
}

# with_skopeo ARGUMENT...: or the end, with what it says and a way out. It notes elsewhere which layers it has seen.
with_skopeo() {
    local said way
    [ -d /var/lib/containers ] || touch "$STATE/created-skopeo-cache"
    while_room "$STATE" env TMPDIR="$on_disk" skopeo "$@" 2>"$work/skopeo" && return
    cat "$work/skopeo" >&2
    said=$(tail -n 1 "$work/skopeo" | sed 's/^.*level=fatal msg="\(.*\)"$/\1/; s/\\"/"/g')
    case $said in
        *unauthorized* | *denied* | *'authentication required'* | *'username/password'*)
            way="see whether user name and password are those of the registry, and may pull the image"
            ;;
        *'manifest unknown'* | *'name unknown'* | *404*)
            way="see which digest the registry has: skopeo inspect --format '{{.Digest}}' docker://NAME:TAG"
            ;;
        *x509*) way="put the certificate of the registry's authority into /etc/containers/certs.d/$(param registry)/ca.crt on the host" ;;
        *) way="see whether 'skopeo inspect' works on the host" ;;
    esac
    fail "the image cannot be had: $said; $way; nothing was unpacked"
}

# forget_skopeo_cache: what others may have put beside it stays.
forget_skopeo_cache() {
    [ -f "$STATE/created-skopeo-cache" ] || return 0
    rm -rf -- /var/lib/containers/cache
    rmdir --ignore-fail-on-non-empty /var/lib/containers 2>/dev/null || true
    rm -f "$STATE/created-skopeo-cache"
}

# log_in: by a file, since everybody sees the words of a command.
log_in() {
    local password=$staged.secret.registry_password
    [ -s "$password" ] || fail "the registry's password is empty; set its Terraform variable"
    (
        umask 077
        printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$(param registry)" \
            "$(printf '%s:%s' "$(param username)" "$(cat "$password")" | base64 -w 0)" >"$work/registries"
    )
    export REGISTRY_AUTH_FILE=$work/registries
}

# require_architecture SOURCE: before any layer is fetched.
require_architecture() {
    local ours theirs
    ours=$(dpkg --print-architecture)
    with_skopeo inspect --raw "$1" >"$work/image"
    theirs=$(python_as_zato image_architectures.py "$(for_zato "$work/image")")
    if [ -z "$theirs" ]; then
        with_skopeo inspect --config --raw "$1" >"$work/image"
        theirs=$(python_as_zato image_architectures.py "$(for_zato "$work/image")")
    fi
    grep -qxF "$ours" <<<"$theirs" ||
        fail "the image is for ${theirs//$'\n'/, }, and this host is $ours; give the digest of an image for $ours; nothing was unpacked"
}

# check_image: whether Zato works in it, and what it would miss sooner or later.
check_image() {
    local zato lacks libraries=()
    zato=$(param zato)
    # shellcheck disable=SC2207 # names of libraries and of their packages
    libraries=($(param libraries))
    as_zato_in_image test -x "$zato/bin/py" || fail "there is no Zato in the image's $zato: bin/py is missing"
    lacks=$(as_zato_in_image "$zato/bin/python" -I -B "$(script_for_zato check_image.py)" "${libraries[@]}") ||
        fail "the Python of the image's $zato does not run; see the log"
    [ -z "$lacks" ] ||
        fail "the image lacks what Zato needs: ${lacks//$'\n'/, }; build one from it that has them, and give its digest"
    as_zato_in_image "$zato/bin/py" -c 'import zato.server.main' ||
        fail "Zato in the image's $zato is incomplete: its server cannot be imported"
}
