"""Runs services: those of users, and the internal ones of zato.server.internal."""

import os
from uuid import uuid4

from ..common import conf
from .context import ServerContext
from .errors import BadRequest, ServiceMissing
from . import registry
from .outgoing_sql import Outgoing
from .service_api import AttributeDict, Channel, Request, Response


def new_cid() -> str:
    return uuid4().hex[:24]


class Invoker:
    def __init__(self, context: ServerContext):
        self._context = context

    def exists(self, name: str) -> bool:
        return registry.get(name) is not None or self._context.store.get(name) is not None

    def invoke(self, name: str, payload: object):
        """What another service gets: the payload of the response alone."""
        return self.run(name, Request(payload=payload, raw_request=payload)).payload

    def run(self, name: str, request: Request, channel_name: str = '', cid: str = '') -> Response:
        cid = cid or new_cid()
        if isinstance(request.payload, dict):
            request.input.update(request.payload)
        if internal := registry.get(name):
            return internal.run(self._context, request, channel_name, cid)
        service_class = self._context.store.get(name)
        if not service_class:
            raise ServiceMissing(f'No such service `{name}`')
        return self._run_user_service(service_class, request, channel_name, cid)

    def _run_user_service(self, service_class, request: Request, channel_name: str, cid: str) -> Response:
        for name in service_class.required_input():
            if name not in request.input:
                raise BadRequest(f'Element missing: {name}')
        service = service_class()
        service.cid = cid
        service.request = request
        service.response = Response()
        if service_class.output:
            service.response.payload = _AttributePayload()
        service.channel = Channel(channel_name)
        service.server = self._context
        service.kvdb = service.redis = self._context.kvdb
        service.outgoing = service.out = Outgoing(self._context)
        service.user_config = self._user_config()
        service.handle()
        return service.response

    def _user_config(self) -> AttributeDict:
        """Files in config/repo/user-conf, Zato_User_Conf_Dir and user.conf: self.user_config.<file>.<stanza>.<key>."""
        repo = os.path.join(self._context.config.base_dir, 'config/repo')
        files = {'user': os.path.join(repo, 'user.conf')}
        for directory in (os.path.join(repo, 'user-conf'), os.path.join(self._context.config.base_dir, 'pickup/incoming/user-conf')):
            for name in os.listdir(directory):
                if name.endswith(('.conf', '.ini')):
                    files[name.rpartition('.')[0]] = os.path.join(directory, name)
        read = {name: conf.read(path) for name, path in files.items()} | self._context.user_conf.files
        return AttributeDict({
            name: AttributeDict({stanza: AttributeDict(values) for stanza, values in stanzas.items()})
            for name, stanzas in read.items()
        })


class _AttributePayload(AttributeDict):
    """The payload of a service that declares its output: attributes can be assigned."""

    def __setattr__(self, name, value):
        self[name] = value
