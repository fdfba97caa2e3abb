#!/usr/bin/env bash
# announce.sh TAG: writes the release of a tag on GitHub, with notes out of the commits since the one before. A tag with a hyphen
# (v1.0.0-rc.1) is a pre-release. A release that is there is left alone, so it may be run again. For the workflow `release`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tag=$1
options=()
case $tag in
    *-*) options+=(--prerelease) ;;
esac

if gh release view "$tag" >/dev/null 2>&1; then
    printf 'the release %s is there already\n' "$tag"
    exit
fi
notes=$(mktemp)
trap 'rm -f -- "$notes"' EXIT
npx --yes git-cliff@2 --latest --strip header --output "$notes"
gh release create "$tag" --title "$tag" --notes-file "$notes" "${options[@]}"
