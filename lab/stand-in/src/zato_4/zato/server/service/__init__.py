"""What services import: `from zato.server.service import Service`. There are no WebSockets in 4.1."""

from ..service_api import (  # noqa: F401
    AttributeDict, BusinessCentralAdapter, Channel, HttpRequest, Request, Response, RESTAdapter, Service,
)
