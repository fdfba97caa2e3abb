# Zato's code on a host.
# shellcheck shell=bash

converge() {
    ensure_user
    # All hosts at the same time, before anything that runs is touched.
    need_packages curl
    need_haproxy
    local packages
    mapfile -t packages < <(param packages)
    [ -z "${packages[*]}" ] || need_packages "${packages[@]}"
    case $(param method) in
        archive) from_archive ;;
        repository) from_repository ;;
        preinstalled) ;;
        script) from_script ;;
    esac
    check_import
    link_current
}

ensure_user() {
    if id zato >/dev/null 2>&1; then return; fi
    groupadd --system zato 2>/dev/null || true
    useradd --system --gid zato --home-dir "$ZATO_HOME" --no-create-home --shell /usr/sbin/nologin zato
    touch "$STATE/created-user-zato"
}

own_home() {
    [ -d "$ZATO_HOME" ] || touch "$STATE/created-home"
    install -d -m 0755 -o zato -g zato "$ZATO_HOME"
}

# The archive is checked before it is unpacked, and unpacked at the very path that it was built at: the scripts of a
# virtualenv hold absolute paths. What is there is swapped in one step.
from_archive() {
    own_home
    local zato sum archive
    zato=$(param zato) sum=$(param sha256)
    if [ "$(cat "$zato/.cdktf-zato-archive" 2>/dev/null)" = "$sum" ]; then return; fi
    archive=$STATE/archive-$sum
    rm -rf -- "$zato.new"
    if ! printf '%s  %s\n' "$sum" "$archive" | sha256sum --check --status 2>/dev/null; then
        progress "downloading $(param url)"
        curl -fsSL --retry 3 --retry-connrefused --connect-timeout 10 -o "$archive.part" -- "$(param url)" ||
            fail "$(param url) cannot be downloaded"
        printf '%s  %s\n' "$sum" "$archive.part" | sha256sum --check --status ||
            fail "$(param url) has SHA-256 $(sha256sum "$archive.part" | cut -d ' ' -f 1) instead of $sum; nothing was unpacked"
        mv -f "$archive.part" "$archive"
    fi
    progress "unpacking to $zato"
    mkdir -p "$zato.new"
    tar -x -f "$archive" -C "$zato.new" --no-same-owner
    chown -R zato:zato "$zato.new"
    chmod 0755 "$zato.new"
    printf '%s\n' "$sum" >"$zato.new/.cdktf-zato-archive"
    rm -rf -- "$zato.old"
    [ ! -e "$zato" ] || mv -T "$zato" "$zato.old"
    mv -T "$zato.new" "$zato"
    rm -rf -- "$zato.old" "$archive"
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
    if [ "$(dpkg-query -W -f '${Version}' "$(param package)" 2>/dev/null)" = "$(param version)" ]; then return; fi
    progress "installing $wanted"
    apt update
    note_what_was_there
    apt install --no-install-recommends --allow-downgrades --allow-change-held-packages "$wanted" ||
        fail "$wanted cannot be installed from $(param url)"
    apt-mark hold "$(param package)"
    note_what_came
}

from_script() {
    own_home
    if [ -f "$state/script" ] && cmp -s "$(file script)" "$state/script"; then return; fi
    progress "running the installation script"
    # Not below /run, from which hardened hosts run nothing.
    install -m 0700 "$(file script)" "$state/script.run"
    (cd / && exec "$state/script.run" "$(param zato)" </dev/null) ||
        fail "the installation script ended with exit status $?"
    rm -f "$state/script.run"
    install -m 0600 "$(file script)" "$state/script"
}

# `zato --version` works even where the server cannot be imported.
check_import() {
    local zato
    zato=$(param zato)
    [ -x "$zato/bin/py" ] || fail "there is no Zato in $zato: bin/py is missing"
    as_zato "$zato/bin/py" -c 'import zato.server.main' ||
        fail "Zato in $zato is incomplete: its server cannot be imported"
}

# For people at a shell; units name the folder itself, so that another release is staged beside the one in use.
link_current() {
    [ "$(param zato)" != "$ZATO_HOME/current" ] || return 0
    [ -e "$ZATO_HOME/current" ] && [ ! -L "$ZATO_HOME/current" ] && return 0
    ln -sfnT "$(param zato)" "$ZATO_HOME/current"
}

remove() {
    local zato
    zato=$(param zato)
    case $(param method) in
        archive) rm -rf -- "$zato" "$zato.new" "$zato.old" "$STATE"/archive-* ;;
        repository)
            apt-mark unhold "$(param package)" || true
            # With what Python has left in its folder.
            if purge_if_ours "$(param package)"; then rm -rf -- "$zato"; fi
            rm -f /etc/apt/sources.list.d/cdktf-zato.list /etc/apt/keyrings/cdktf-zato.gpg
            ;;
    esac
    [ "$(readlink "$ZATO_HOME/current")" != "$zato" ] || rm -f "$ZATO_HOME/current"
}
