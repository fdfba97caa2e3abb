"""What a cluster of Zato 3 has, and by which of its internal services it is listed, changed and deleted.

An object is known by "KIND/NAME", its kind by its section in an enmasse file.
"""

import socket
import urllib.error
from contextlib import suppress


class Kind:
    """A kind of object: how it is listed, and how one of it is deleted."""

    def __init__(self, prefix, **request):
        self.prefix = prefix
        self.request = request

    def rows(self, admin):
        return admin.list(self.prefix + ".get-list", **self.request)

    def delete(self, admin, row):
        admin.invoke(self.prefix + ".delete", {"id": row["id"], "cluster_id": 1})


def rest(connection, transport="plain_http"):
    return Kind("zato.http-soap", connection=connection, transport=transport)


GROUP_TYPE = "zato-api-creds"

# In the order in which they are deleted: what refers to others comes before them.
KINDS = {
    "channel_rest": rest("channel"),
    "outgoing_rest": rest("outgoing"),
    "channel_soap": rest("channel", "soap"),
    "outconn_soap": rest("outgoing", "soap"),
    "channel_amqp": Kind("zato.channel.amqp"),
    "pubsub_endpoint": Kind("zato.pubsub.endpoint"),
    "pubsub_topic": Kind("zato.pubsub.topic"),
    "web_socket": Kind("zato.channel.web-socket"),
    "security_groups": Kind("zato.groups", group_type=GROUP_TYPE),
    "outconn_amqp": Kind("zato.outgoing.amqp"),
    "def_amqp": Kind("zato.definition.amqp"),
    "outconn_sql": Kind("zato.outgoing.sql"),
    "outconn_ftp": Kind("zato.outgoing.ftp"),
    "outgoing_ldap": Kind("zato.generic.connection", type_="outconn-ldap"),
    "outgoing_wsx": Kind("zato.generic.connection", type_="outconn-wsx"),
    "scheduler": Kind("zato.scheduler.job"),
    "zato_cache_builtin": Kind("zato.cache.builtin"),
    "email_smtp": Kind("zato.email.smtp"),
    "email_imap": Kind("zato.email.imap"),
    "basic_auth": Kind("zato.security.basic-auth"),
    "apikey": Kind("zato.security.apikey"),
    "jwt": Kind("zato.security.jwt"),
    "oauth": Kind("zato.security.oauth"),
    "ntlm": Kind("zato.security.ntlm"),
    "aws": Kind("zato.security.aws"),
}

# Those that every server lists, so that one that does not has something else.
ALWAYS_LISTED = set("channel_rest outgoing_rest outconn_sql scheduler zato_cache_builtin email_smtp basic_auth apikey jwt".split())

# They share one table of names, and enmasse finds one of any kind by its name.
DEFINITIONS = ("basic_auth", "apikey", "jwt", "oauth", "ntlm", "aws")
CONNECTIONS = ("outgoing_ldap", "outgoing_wsx")
CHANNELS = ("channel_rest", "channel_soap")

# What is listed where no definition secures an object.
NO_SECURITY = "zato-no-security"

# A service that comes with Zato 3.3, and of which each server writes a file of its own, with its path in it.
DIFFERENT_IN_EACH_SERVER = "demo.my-service"

# Where the files are of services that come with Zato.
OWN_SERVICES = "/zato/server/service/internal/"

# Of a cluster whose baseline was noted before groups were looked at.
OWN_GROUP = "security_groups/Rule engine API users"


def is_own_name(name):
    """Whether it is one of Zato's own, by which it also makes things for itself while it runs, such as jobs when a scheduler starts."""
    return name.startswith(("zato.", "/zato/"))


def cannot_become(kind, row, declared):
    """Whether an import would leave it other than declared, so that it has to be made anew: an edit does not make a job of one type into
    one of another."""
    return kind == "scheduler" and row.get("job_type") != declared.get("job_type")


def places(key, fields):
    """What an object has that no other one can have at the same time."""
    kind, name = key.split("/", 1)
    if kind in DEFINITIONS:
        yield ("definition", name)
        # Zato makes the user of an API key up.
        if fields.get("username") and kind != "apikey":
            yield (kind, "user", fields["username"])
    if kind in CONNECTIONS:
        yield ("connection", name)
    if kind in CHANNELS:
        yield ("path", *(str(fields.get(field) or "").strip() for field in ("url_path", "method", "http_accept", "soap_action")))


def ping(admin, **how):
    return admin.invoke("zato.ping", **how)


def is_of_zato(answer):
    """Whether what tells the health of a server comes from one of Zato's."""
    return isinstance(answer, dict) and "zato_env" in answer


def servers(admin):
    return admin.list("zato.server.get-list")


def running_servers(admin):
    return [row for row in servers(admin) if row.get("up_status") == "running"]


def services(admin):
    return admin.list("zato.service.get-list")


def delete_service(admin, row):
    admin.invoke("zato.service.delete", {"id": row["id"], "cluster_id": 1})


def source_info(admin, service):
    """What a server knows of a service's file: `source_hash`, `source_path` and, in Base64, `source`."""
    return admin.invoke("zato.service.get-source-info", {"cluster_id": 1, "name": service})


def sources_of(admin, names):
    """By the name of a service, the hash and the path of its file in this server; (None, "") of one that it has not."""
    found = dict.fromkeys(names, (None, ""))
    for name in names:
        with suppress(urllib.error.HTTPError):
            info = source_info(admin, name)
            found[name] = info.get("source_hash"), info.get("source_path") or ""
    return found


def upload(admin, name, payload):
    """A file of services, in Base64, to all servers of the cluster, which keep it."""
    admin.invoke("zato.service.upload-package", {"cluster_id": 1, "payload": payload, "payload_name": name})


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


def edit_sql(admin, row):
    admin.invoke("zato.outgoing.sql.edit", {**row, "cluster_id": 1})


def create_jwt(admin, seconds, **fields):
    """Zato stores it at once, and never answers."""
    # Two classes to a Python before 3.10.
    with suppress(TimeoutError, socket.timeout):
        admin.invoke("zato.security.jwt.create", {"cluster_id": 1, **fields}, timeout=seconds)


def change_password(admin, definition, password):
    """That of a Basic Auth definition, on all servers of the cluster; it may be the one that we call with."""
    request = {"id": int(definition), "password1": password, "password2": password}
    admin.invoke("zato.security.basic-auth.change-password", request)
