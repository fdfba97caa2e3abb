#!/usr/bin/env bash
# fetch-requirements.sh PYTHON REQUIREMENTS: prints the packages as a tar. What they need in turn comes in the versions that Zato itself
# has, since servers find these packages before Zato's own; what REQUIREMENTS itself names may be another one.
set -euo pipefail
umask 022

python=$1 requirements=$2
cd "$STATE_DIRECTORY"
rm -rf -- tmp packages
mkdir tmp packages
export HOME=$PWD TMPDIR=$PWD/tmp PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1
export UV_NO_CACHE=1 UV_NO_PROGRESS=1 UV_PYTHON_DOWNLOADS=never

# The installer of Zato 4.1 makes a virtualenv without pip, and brings a uv.
uv=${python%/bin/*}/support-linux/bin/uv

# pip_settings: prints those of this host as uv has them, which reads no file of pip's: NAME=VALUE, each with a NUL behind it.
pip_settings() {
    "$python" -I - <<'END'
import configparser, os

settings = configparser.RawConfigParser()
settings.read(os.environ.get("PIP_CONFIG_FILE", "/etc/pip.conf"), encoding="utf-8")

def words(name):
    for section in "install", "global":
        for key in name, name.replace("-", "_"):
            if settings.has_option(section, key):
                return settings.get(section, key).split()
    return []

def say(variable, value):
    if value:
        print(f"{variable}={value}", end="\0")

say("UV_DEFAULT_INDEX", " ".join(words("index-url")))
say("UV_INDEX", " ".join(words("extra-index-url")))
say("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip does it: the newest that any index has
say("UV_FIND_LINKS", ",".join(words("find-links")))
say("NO_INDEX", "true" if words("no-index")[:1] in (["true"], ["yes"], ["on"], ["1"]) else "")
say("UV_INSECURE_HOST", " ".join(words("trusted-host")))
say("UV_HTTP_TIMEOUT", " ".join(words("timeout")))
say("SSL_CERT_FILE", " ".join(words("cert")))
say("ALL_PROXY", " ".join(words("proxy")))
END
}

# pip COMMAND ARGUMENT...: by whichever of both there is.
if "$python" -m pip --version >/dev/null 2>&1; then
    pip() { "$python" -m pip "$@"; }
elif [ -x "$uv" ]; then
    while IFS= read -r -d '' setting; do export "${setting?}"; done < <(pip_settings)
    pip() { "$uv" pip "$1" --python "$python" "${@:2}"; }
else
    echo "Zato's Python has no pip, and there is no uv at $uv" >&2
    exit 1
fi

pip list --format=freeze >installed
awk '
    function normal(name) { name = tolower(name); gsub(/[-_.]+/, "-", name); return name }
    NR == FNR { if (match($0, /^[A-Za-z0-9][A-Za-z0-9._-]*/)) named[normal(substr($0, 1, RLENGTH))]; next }
    { split($0, part, "=="); if (!(normal(part[1]) in named)) print }
' <(sed 's/^[[:space:]]*//' "$requirements") installed >constraints
# Of this uv has no variable. Addresses may hold passwords, which belong into no list of processes.
pip install -q ${NO_INDEX:+--no-index} --target packages --constraint constraints --requirement "$requirements" >&2
tar -c -C packages --exclude=./.lock .
