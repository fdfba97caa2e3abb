#!/usr/bin/env bash
# Packs the stand-in as an archive whose root is the virtualenv that Zato's code directory is (bin/, lib/): what is in src/common, and what
# is in the folder of the release's own, src/zato_3 for 3.3, src/zato_4 for 4.1. The same sources give the same bytes.
#
#   build.sh OUTPUT.tar.gz [3.3|3.2|4.1]
set -euo pipefail

output=${1:?usage: build.sh OUTPUT.tar.gz [3.3|3.2|4.1]} release=${2:-3.3}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
own=$here/src/zato_${release%%.*}
[ -d "$own" ] || { echo "there is no stand-in for Zato $release" >&2; exit 1; }
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# An interpreter that is a link next to pyvenv.cfg makes a virtualenv; it finds Debian's psycopg2, pymysql and yaml in the system.
# Each Python looks in a folder with its version.
packages=$stage/lib/site-packages
mkdir -p "$stage/bin" "$packages"
for version in 3.10 3.11 3.12 3.13 3.14; do
    mkdir "$stage/lib/python$version"
    ln -s ../site-packages "$stage/lib/python$version/site-packages"
done
cp "$here/src/common/pyvenv.cfg" "$stage/"
for part in "$here/src/common" "$own"; do
    cp "$part"/bin/* "$stage/bin/"
    # What both have becomes one package.
    find "$part" -mindepth 1 -maxdepth 1 -type d ! -name bin -exec cp -R {} "$packages/" \;
done
ln -s /usr/bin/python3 "$stage/bin/python"
find "$packages" -name __pycache__ -prune -exec rm -rf {} +

grep -rlZ 'Zato 3\.3 stand-in' "$stage" | xargs -0 sed -i "s/Zato 3\.3 stand-in/Zato $release stand-in/"
sed -i "s/^RELEASE = .*/RELEASE = '$release'/" "$packages/zato/common/banner.py"
# 3.2's web-admin is a process of its own (facts-3.2 §4).
[ "$release" != 3.2 ] || rm "$stage/bin/gunicorn" "$packages"/zato/admin/{gunicorn,wsgi}.py

# As in Zato's own: only the owner may run bin/zato and bin/py (facts §1).
find "$stage" -type d -exec chmod 0755 {} +
find "$stage" -type f -exec chmod 0644 {} +
find "$stage/bin" \( -name gunicorn -o -name _zato_scheduler \) -exec chmod 0755 {} +
chmod 0740 "$stage/bin/zato" "$stage/bin/py"

mkdir -p "$(dirname "$output")"
tar --create --sort=name --format=gnu --mtime='2020-01-01 00:00:00Z' --owner=zato:0 --group=zato:0 \
  --directory="$stage" bin lib pyvenv.cfg | gzip -9 -n > "$output.tmp"
mv "$output.tmp" "$output"
echo "Zato $release stand-in (test double of cdktf-zato, not Zato): $output"
