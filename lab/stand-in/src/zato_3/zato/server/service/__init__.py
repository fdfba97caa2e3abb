"""What services import: `from zato.server.service import Service`."""

from ..service_api import (  # noqa: F401
    _Hook, AttributeDict, BusinessCentralAdapter, Channel, HttpRequest, PubSubHook, Request, Response, RESTAdapter, Service, WSXAdapter, WSXHook,
)
