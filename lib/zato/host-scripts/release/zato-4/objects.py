"""What a cluster of Zato 4 has, and by which of its internal services it is listed, changed and deleted.

An object is known by "KIND/NAME", its kind by its section in an enmasse file.
"""


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


# In the order in which they are deleted: what refers to others comes before them.
KINDS = {
    "channel_rest": rest("channel"),
    "outgoing_rest": rest("outgoing"),
    "outconn_sql": Kind("zato.outgoing.sql"),
    "scheduler": Kind("zato.scheduler.job"),
    "basic_auth": Kind("zato.security.basic-auth"),
}

# They share one table of names, and enmasse finds one of any kind by its name.
DEFINITIONS = ("basic_auth",)
CHANNELS = ("channel_rest",)

# An edit does not make one of these into the other.
UNCHANGEABLE = {"scheduler": "job_type"}

# What is listed where no definition secures an object.
NO_SECURITY = "zato-no-security"

# A service that comes with Zato, and of which each server writes a file of its own, with its path in it.
DIFFERENT_IN_EACH_SERVER = "demo.my-service"

# Where the files are of services that come with Zato.
OWN_SERVICES = "/zato/server/service/internal/"

# There is none.
OWN_GROUP = ""


def is_own_name(name):
    """Whether it is one of Zato's own, by which it also makes things for itself while it runs, such as jobs when a scheduler starts."""
    return name.startswith(("zato.", "/zato/"))


def places(key, fields):
    """What an object has that no other one can have at the same time."""
    kind, name = key.split("/", 1)
    if kind in DEFINITIONS:
        yield ("definition", name)
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
    return admin.list("zato.service.get-list")


def delete_service(admin, row):
    admin.invoke("zato.service.delete", {"id": row["id"], "cluster_id": 1})


def source_info(admin, service):
    """Zato 4 has no service that would tell."""
    return {}


def source_of(admin, service):
    return None, ""


def upload(admin, name, payload):
    """A file of services, in Base64, to one server. Not yet."""
    raise NotImplementedError


def members_of(admin, group):
    return set()


def leave_group(admin, group, members):
    """There are no groups here."""


def ping_sql(admin, row, **how):
    """An outgoing SQL connection really connects, or the server answers with an error."""
    return admin.invoke("zato.outgoing.sql.ping", {"id": row["id"], "should_raise_on_error": True}, **how)


def change_password(admin, definition, password):
    """That of a Basic Auth definition, on this server; it may be the one that we call with."""
    admin.invoke("zato.security.basic-auth.change-password", {"id": int(definition), "password": password})
