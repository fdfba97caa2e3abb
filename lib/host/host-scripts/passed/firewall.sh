# Takes away a firewall that is no longer declared: Terraform does not run the removal of what is no longer in its configuration.
# shellcheck shell=bash

if [ "$(param firewall)" != true ] && as_root grep -qsxF firewall /var/lib/cdktf-zato/components/firewall/kind; then
    as_root bash "$scripts/remove.sh" firewall firewall
fi
