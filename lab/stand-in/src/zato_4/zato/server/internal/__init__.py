"""Internal services, which make up the admin API (facts §7, §8). Importing the package registers them all."""

from . import http_soap, invoke, objects, outgoing_sql, scheduler, security, servers, services  # noqa: F401
