"""What a cluster runs, for the command 'export': one document on standard output. Nothing that looks like a secret leaves the host."""

import json
import re
from hashlib import sha256

import inventory
import objects

# Stands in the place of a secret: how enmasse refers to a variable, without a name.
HIDDEN = "Zato_Enmasse_Env."
SECRET_FIELD = re.compile(r"(password|passwd|passphrase|secret|token|api_?key|private_key)\d?$", re.I)
# A URL with a password, or an option among others.
SECRET_TEXT = re.compile(r"://[^/\s:@]*:[^/\s@]+@|(password|passwd|pwd|secret|token|api_?key)\w*[\"']?\s*[=:]\s*\S", re.I)


def without_secrets(value, field=""):
    """The same, with what looks like a secret hidden."""
    if isinstance(value, dict):
        return {name: without_secrets(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [without_secrets(one, field) for one in value]
    is_secret = isinstance(value, str) and value and (SECRET_FIELD.search(field) or SECRET_TEXT.search(value))
    return HIDDEN if is_secret else value


def print_export(admin, baseline_file):
    """Services by the hash of their files, these files, and all objects that can be listed."""
    services, files = {}, {}
    baseline = set(inventory.read_json(baseline_file, []))
    for name in inventory.own_services(admin):
        info = objects.source_info(admin, name)
        if not inventory.is_zatos_own(f"{inventory.SERVICE}/{name}", baseline) and objects.OWN_SERVICES not in (info.get("source_path") or ""):
            services[name] = info.get("source_hash")
            files[services[name]] = {"path": info.get("source_path"), "source": info.get("source")}
    rows = without_secrets(inventory.actual_objects(admin))
    servers = json.dumps(objects.servers(admin), sort_keys=True)
    document = {
        "identity": sha256(servers.encode()).hexdigest(),
        "services": services,
        "files": files,
        "rows": rows,
        "own": sorted({*baseline, *(key for key in rows if inventory.is_zatos_own(key, baseline))}),
    }
    print(json.dumps(document))
