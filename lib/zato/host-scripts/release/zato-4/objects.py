"""What a cluster of Zato 4 has, and by which of its internal services it is listed, changed and deleted.

An object is known by "KIND/NAME". What is changed by a server is in the ODB, and in the memory of that server alone.
"""

import sys
import urllib.error
import urllib.parse
from base64 import b64encode
from hashlib import sha256

# Some lists tell passwords in clear text.
SECRETS = ("password", "secret", "opaque1")


class Kind:
    """A kind of object: how it is listed, and how one of it is deleted."""

    def __init__(self, prefix, **request):
        self.prefix = prefix
        self.request = request

    def rows(self, admin):
        rows = admin.list(self.prefix + ".get-list", **self.request)
        return [{field: value for field, value in row.items() if field not in SECRETS} for row in rows]

    def delete(self, admin, row):
        """Whatever else goes wrong on the server's side, such as with a file that is not its own to remove: that it is gone counts."""
        try:
            admin.invoke(self.prefix + ".delete", {"id": row["id"], "cluster_id": 1})
        except urllib.error.HTTPError:
            if any(other["id"] == row["id"] for other in self.rows(admin)):
                raise

    def change_password(self, admin, row, password):
        admin.invoke(self.prefix + ".change-password", {"id": int(row["id"]), "password": password})


class SqlConnection(Kind):
    """Zato writes bytes into a column of text, so that PostgreSQL keeps \\x and their digits; Zato reads that, but does not list it so."""

    def rows(self, admin):
        return [{**row, "extra": text_of_bytes(row.get("extra"))} for row in super().rows(admin)]


def text_of_bytes(value):
    if not isinstance(value, str) or not value.startswith("\\x"):
        return value
    try:
        return bytes.fromhex(value[2:]).decode()
    except ValueError:
        return value


def rest(connection, transport="plain_http"):
    return Kind("zato.http-soap", connection=connection, transport=transport)


GROUP_TYPE = "zato-api-creds"
SERVICES = Kind("zato.service")

# In the order in which they are deleted: what refers to others comes before them.
KINDS = {
    "channel_rest": rest("channel"),
    "outgoing_rest": rest("outgoing"),
    "security_groups": Kind("zato.groups", group_type=GROUP_TYPE),
    "outconn_sql": SqlConnection("zato.outgoing.sql"),
    "scheduler": Kind("zato.scheduler.job"),
    "email_smtp": Kind("zato.email.smtp"),
    "basic_auth": Kind("zato.security.basic-auth"),
    "apikey": Kind("zato.security.apikey"),
}

# Those that every server was seen to list, so that one that does not has something else.
ALWAYS_LISTED = {"channel_rest", "outconn_sql", "scheduler", "basic_auth"}

# They share one table of names, and enmasse finds one of any kind by its name.
DEFINITIONS = ("basic_auth", "apikey")
CHANNELS = ("channel_rest",)

# Those that an import leaves with the definition that they had, where none is declared any more.
SECURED = ("channel_rest", "outgoing_rest")

# What is listed where no definition secures an object.
NO_SECURITY = "zato-no-security"

# A service that comes with Zato, and of which each server writes a file of its own, with its path in it.
DIFFERENT_IN_EACH_SERVER = "demo.ping"

# Where the files are of services that come with Zato.
OWN_SERVICES = "/zato/server/service/internal/"

# There is none.
OWN_GROUP = ""


def is_own_name(name):
    """Whether it is one of Zato's own: what it makes for itself, and examples, of which each server has a file of its own."""
    return name.startswith(("zato.", "/zato/", "demo.", "test."))


def cannot_become(kind, row, declared):
    """Whether an import would leave it other than declared, so that it has to be made anew."""
    if kind == "scheduler":
        return row.get("job_type") != declared.get("job_type", row.get("job_type"))
    had, wanted = (fields.get("security_name") or NO_SECURITY for fields in (row, declared))
    return kind in SECURED and wanted == NO_SECURITY != had


def places(key, fields):
    """What an object has that no other one can have at the same time."""
    kind, name = key.split("/", 1)
    if kind in DEFINITIONS:
        yield ("definition", name)
        # Zato makes the user of an API key up.
        if fields.get("username") and kind != "apikey":
            yield (kind, "user", fields["username"])
    if kind in CHANNELS:
        yield ("path", *(str(fields.get(field) or "").strip() for field in ("url_path", "method", "http_accept", "soap_action")))


def ping(admin, **how):
    return admin.invoke("demo.ping", **how)


def is_of_zato(answer):
    """Whether what tells the health of a server comes from one of Zato's."""
    return isinstance(answer, dict) and "is_ok" in answer


def servers(admin):
    return admin.list("zato.server.get-list")


def running_servers(admin):
    return [row for row in servers(admin) if row.get("up_status") == "running"]


def services(admin):
    return SERVICES.rows(admin)


def delete_service(admin, row):
    SERVICES.delete(admin, row)


def paths_of(admin):
    """By the name of a service, the file from which this server has it: that is all that its admin API tells of it."""
    port = urllib.parse.urlsplit(admin.base).port
    servers_here = {row["name"] for row in servers(admin) if row.get("bind_port") == port}
    rows = admin.invoke("zato.service.get-deployment-info-list", {"include_internal": False}) or []
    return {row["service_name"]: row.get("fs_location") or "" for row in rows if row["server_name"] in servers_here}


def source_info(admin, service):
    """What is known of a service's file: `source_path`, and where it can be read `source_hash` and, in Base64, `source`."""
    path = paths_of(admin).get(service) or ""
    source = content_of(path)
    if source is None:
        return {"source_path": path}
    return {"source_path": path, "source_hash": sha256(source).hexdigest(), "source": b64encode(source).decode()}


def sources_of(admin, names):
    """By the name of a service, the hash and the path of its file in this server; (None, "") of one that it has not. The hash is that of
    what it has loaded, once our own service is there to tell."""
    paths = paths_of(admin)
    try:
        loaded = admin.invoke("cdktf-zato.inventory")
    except urllib.error.HTTPError:
        loaded = {}
    return {name: (loaded.get(name) or hash_of(paths.get(name)), paths.get(name) or "") for name in names}


def hash_of(path):
    source = content_of(path)
    return None if source is None else sha256(source).hexdigest()


def content_of(path):
    try:
        with open(path or "", "rb") as file:
            return file.read()
    except OSError:
        return None


def upload(admin, name, payload):
    """A file of services, in Base64, to this server, which imports it from the path that is its name. A file that it passes over is
    answered like one that it takes, but for what came of it."""
    answer = admin.invoke("zato.hot-deploy.create", {"payload": payload, "payload_name": name}, timeout=120)
    if not (answer or {}).get("services_deployed"):
        sys.exit(f"nothing was deployed from {name}")


def members_of(admin, group):
    """As Zato wants them when they leave."""
    request = {"group_type": GROUP_TYPE, "group_id": group["id"]}
    return {f"{member['sec_type']}-{member['security_id']}" for member in admin.invoke("zato.groups.get-member-list", request) or []}


def leave_group(admin, group, members):
    request = {"group_action": "remove", "group_id": group["id"], "member_id_list": members}
    admin.invoke("zato.groups.edit-member-list", request)


def ping_sql(admin, row, **how):
    """An outgoing SQL connection really connects, or the server answers with an error."""
    return admin.invoke("zato.outgoing.sql.ping", {"id": row["id"], "should_raise_on_error": True}, **how)


def change_password(admin, definition, password):
    """That of a Basic Auth definition, on this server; it may be the one that we call with."""
    KINDS["basic_auth"].change_password(admin, {"id": definition}, password)


def reload(admin):
    """Lets this server read all of its configuration in the ODB anew."""
    admin.invoke("zato.server.invoker", {"func_name": "reload_config"}, timeout=120)
