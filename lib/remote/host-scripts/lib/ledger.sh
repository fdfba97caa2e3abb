# What a component consists of on this host: a line "TYPE<tab>NAME<tab>FINGERPRINT" for each thing that its deploy has made or
# relied on, noted by whatever makes it. Drift is what has another fingerprint now. For each type there are
#   now_TYPE NAME                its fingerprint (of files: fingerprints)
#   differs_TYPE NAME WAS IS     says what that means
# shellcheck shell=bash

# record TYPE NAME [FINGERPRINT]: as it is now, or will be when the deploy has ended. Of two notes the last one counts. Files are looked
# at together, in the end.
record() {
    local is=
    if [ "$#" -eq 3 ]; then is=$3; elif [ "$1" != file ]; then is=$("now_$1" "$2"); fi
    printf '%s\t%s\t%s\n' "$1" "$2" "$is" >>"$work/ledger"
}

# keep_ledger: when everything has come.
keep_ledger() {
    local files
    touch "$work/ledger"
    awk -F '\t' '{ last[$1 "\t" $2] = $0 } END { for (one in last) print last[one] }' "$work/ledger" >"$work/last"
    mapfile -t files < <(awk -F '\t' '$1 == "file" && $3 == "" { print $2 }' "$work/last")
    {
        awk -F '\t' '$1 != "file" || $3 != ""' "$work/last"
        fingerprints "${files[@]}" | sed 's/^/file\t/'
    } | LC_ALL=C sort >"$state/ledger.new"
    mv -f "$state/ledger.new" "$state/ledger"
}

# extend_ledger: by what a further script has made.
extend_ledger() {
    cat "$state/ledger" "$work/ledger" >"$work/both"
    mv -f "$work/both" "$work/ledger"
    keep_ledger
}

# noted_elsewhere TYPE NAME: whether another component has it, too: what is common to several goes with the last of them.
noted_elsewhere() {
    find "$STATE/components" -name ledger ! -path "$state/*" -exec cut -f 1,2 {} + | grep -xF -- "$1	$2" >/dev/null
}

# check_ledger FILE
check_ledger() {
    local type thing was is files ledger=$1
    local -A now=()
    mapfile -t files < <(files_of "$1")
    while IFS=$'\t' read -r thing is; do now[$thing]=$is; done < <(fingerprints "${files[@]}")
    while IFS=$'\t' read -r type thing was; do
        if [ "$type" = file ]; then is=${now[$thing]}; else is=$("now_$type" "$thing") || true; fi
        [ "$is" = "$was" ] || "differs_$type" "$thing" "$was" "$is"
    done <"$1"
}

# files_of LEDGER...
files_of() {
    awk -F '\t' '$1 == "file" { print $2 }' "$@" 2>/dev/null
}

# without_files_of_ours [LEDGER...]: of names on standard input those that have no entry in the ledger that is being checked, or written.
without_files_of_ours() {
    [ "$#" -gt 0 ] || set -- "${ledger:-$work/ledger}"
    grep -vxF -f <(files_of "$@") || true
}

# file: a plain file with its content. A deploy has hundreds, and some processes for each would take seconds.
# fingerprints [FILE...]: a line "FILE<tab>FINGERPRINT" for each.
fingerprints() {
    local name one regular=()
    local -A status=() sum=()
    [ "$#" -gt 0 ] || return 0
    while IFS=$'\t' read -r one name; do
        status[$name]=$one
        case $one in regular*) regular+=("$name") ;; esac
    done < <(stat --printf '%F, %a %U:%G\t%n\n' -- "$@" 2>/dev/null)
    if [ "${#regular[@]}" -gt 0 ]; then
        # Whoever owns the folder may put in its place what never ends.
        while IFS= read -r -d '' one; do sum[${one#*  }]=${one%% *}; done < <(timeout 300 sha256sum -z -- "${regular[@]}" 2>/dev/null)
    fi
    for name in "$@"; do
        one=${status[$name]:-gone}
        case $one in
            regular*) printf '%s\t%s, %s\n' "$name" "${one#*, }" "${sum[$name]:-unreadable}" ;;
            *) printf '%s\t%s\n' "$name" "${one%%, *}" ;;
        esac
    done
}

differs_file() {
    case $3 in
        gone) found "$1 is gone" ;;
        *,*)
            [ "${2#*, }" = "${3#*, }" ] || found "$1 was changed"
            [ "${2%, *}" = "${3%, *}" ] || found "$1 has the mode and owner ${3%, *} in place of ${2%, *}"
            ;;
        *) found "$1 is a $3 in place of a file" ;;
    esac
}

# folder: with its mode and owner.
now_folder() {
    stat -c '%F, %a %U:%G' -- "$1" 2>/dev/null || printf 'gone'
}

differs_folder() {
    case $3 in
        gone) found "$1 is gone" ;;
        *) found "$1 is: ${3}; in place of: $2" ;;
    esac
}

# tree: a folder that holds nothing but files that have entries of their own. The fingerprint is what it holds besides.
now_tree() {
    find "$1" ! -type d -print 2>/dev/null | LC_ALL=C sort | without_files_of_ours | tr '\n' ' '
}

differs_tree() {
    found "in $1 is what was not deployed: $3"
}

# private: root's alone, and all that is in it. The fingerprint is what is not, besides files that have entries of their own.
now_private() {
    if [ ! -d "$1" ]; then
        printf 'gone'
        return
    fi
    find "$1" ! -type l \( ! -user root -o -perm /077 \) -printf '%p\n' | LC_ALL=C sort |
        without_files_of_ours "$STATE"/components/*/ledger | while IFS= read -r file; do
        printf '%s (%s) ' "$file" "$(stat -c '%a %U' -- "$file")"
    done
}

# keep_private FOLDER
keep_private() {
    chown -hR root:root "$1"
    chmod -R go= "$1"
    record private "$1"
}

differs_private() {
    case $3 in
        gone) found "$1 is gone" ;;
        *) found "others can get at $3" ;;
    esac
}

# link: where to.
now_link() {
    readlink -- "$1" || printf 'no link'
}

differs_link() {
    found "$1 leads to $3 in place of $2"
}

# merged: what systemd reads for a unit besides files of ours: whatever is laid over it, and environment files.
now_merged() {
    local file
    systemctl show --property FragmentPath,DropInPaths,EnvironmentFiles "$1" |
        sed 's/ (ignore_errors=[a-z]*)$//; s/^FragmentPath=\/\(usr\/\)\{0,1\}lib\/.*//; s/^[A-Za-z]*=//; s/ /\n/g' |
        LC_ALL=C sort -u | without_files_of_ours | while IFS= read -r file; do
        if [ -n "$file" ] && [ -e "$file" ]; then printf '%s=%s ' "$file" "$(timeout 60 sha256sum <"$file" | cut -c 1-16)"; fi
    done
}

differs_merged() {
    local one others=
    for one in $3; do
        case " $2 " in *" $one "*) ;; *) others+=" ${one%=*}" ;; esac
    done
    found "$1 is changed by what was not deployed:${others:- something that is gone}"
}

now_enabled() {
    systemctl is-enabled "$1" 2>/dev/null || true
}

differs_enabled() {
    found "$1 does not start at boot: it is ${3:-gone}"
}

now_running() {
    systemctl is-active "$1" 2>/dev/null || true
}

differs_running() {
    found "$1 does not run: it is ${3:-gone}"
}

# package: that it is there, and may be upgraded or not. pinned: its version too.
now_package() {
    dpkg-query -W -f '${db:Status-Want} ${db:Status-Status}' "$1" 2>/dev/null || printf 'gone'
}

differs_package() {
    found "the package $1 is: $3; in place of: $2"
}

now_pinned() {
    dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Version}' "$1" 2>/dev/null || printf 'gone'
}

differs_pinned() {
    differs_package "$@"
}

# account: who it is, and of which groups.
now_account() {
    printf '%s %s' "$(getent passwd "$1")" "$(id -Gn "$1" 2>/dev/null | tr ' ' '\n' | LC_ALL=C sort | paste -sd ' ')"
}

differs_account() {
    found "the user $1 is: $3; in place of: $2"
}

# code: a tree that root executes, which nobody else may change. The fingerprint is what somebody may.
now_code() {
    if [ -d "$1" ]; then
        find "$1" \( ! -user root -o ! -type l -perm /022 \) -print | head -n 5 | paste -sd ' '
    else
        printf 'gone'
    fi
}

differs_code() {
    case $3 in
        gone) found "$1 is gone" ;;
        *) found "others than root can change $3" ;;
    esac
}
