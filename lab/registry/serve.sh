#!/usr/bin/env bash
# Serves container images on this host, over TLS, to who knows the password on standard input: the images of IMAGES, which `docker save` has
# written, as ADDRESS/NAME:TAG for each of the tags, and the first one as ADDRESS/NAME:alien, which says that it is for another architecture.
# Prints a line "TAG DIGEST" for each.
#
#   serve.sh ADDRESS USER IMAGES LOCAL_NAME NAME TAG...
set -euo pipefail

address=$1 user=$2 images=$3 local_name=$4 name=$5
shift 5
folder=/srv/registry
export DEBIAN_FRONTEND=noninteractive

password=$(cat)
packages=(docker-registry skopeo umoci apache2-utils openssl)
apt-get install -q -y --no-install-recommends "${packages[@]}" >&2 ||
    { apt-get update -q >&2 && apt-get install -q -y --no-install-recommends "${packages[@]}" >&2; }
install -d -m 0755 "$folder" "$folder/data"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=lab -addext "subjectAltName=IP:${address%:*}" \
    -keyout "$folder/key.pem" -out "$folder/ca.crt" 2>/dev/null
htpasswd -iBn "$user" <<<"$password" >"$folder/users"
chown -R docker-registry "$folder"
cat >/etc/docker/registry/config.yml <<END
version: 0.1
storage: {filesystem: {rootdirectory: $folder/data}}
http: {addr: "$address", tls: {certificate: $folder/ca.crt, key: $folder/key.pem}}
auth: {htpasswd: {realm: lab, path: $folder/users}}
END
systemctl restart docker-registry
install -D -m 0644 "$folder/ca.crt" "/etc/containers/certs.d/$address/ca.crt"
until curl -sk -o /dev/null "https://$address/v2/"; do sleep 0.2; done

umask 077
export REGISTRY_AUTH_FILE=$folder/login.json
printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$address" "$(printf '%s:%s' "$user" "$password" | base64 -w 0)" >"$REGISTRY_AUTH_FILE"
# push TAG SOURCE
push() {
    skopeo copy -q "$2" "docker://$address/$name:$1" >&2
    printf '%s %s\n' "$1" "$(skopeo inspect --raw "docker://$address/$name:$1" | sha256sum | cut -d ' ' -f 1)"
}
for tag in "$@"; do
    push "$tag" "docker-archive:$images:$local_name:$tag"
done
other=arm64
[ "$(dpkg --print-architecture)" != arm64 ] || other=amd64
rm -rf "$folder/alien"
skopeo copy -q "docker-archive:$images:$local_name:$1" "oci:$folder/alien:alien" >&2
umoci config --image "$folder/alien:alien" --architecture "$other"
push alien "oci:$folder/alien:alien"
