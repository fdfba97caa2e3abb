"""The base class of services, as far as simple services use it:

    from zato.server.service import Service

    class Echo(Service):
        name = 'lab.echo'

        def handle(self):
            self.response.payload = {'you-sent': self.request.payload}
"""

import logging
import re
from dataclasses import dataclass, field


class AttributeDict(dict):
    """A dict whose keys can be read as attributes; unknown ones are empty."""

    def __getattr__(self, name):
        return self.get(name, '')


@dataclass
class HttpRequest:
    method: str = ''
    path: str = ''
    GET: AttributeDict = field(default_factory=AttributeDict)
    POST: AttributeDict = field(default_factory=AttributeDict)
    params: AttributeDict = field(default_factory=AttributeDict)  # from the URL path of the channel
    headers: AttributeDict = field(default_factory=AttributeDict)


@dataclass
class Request:
    payload: object = ''
    raw_request: object = ''
    http: HttpRequest = field(default_factory=HttpRequest)
    input: AttributeDict = field(default_factory=AttributeDict)


@dataclass
class Response:
    payload: object = ''
    status_code: int = 200
    content_type: str = ''
    headers: dict = field(default_factory=dict)


@dataclass
class Channel:
    name: str = ''


class Service:
    name = ''
    input: tuple[str, ...] | str = ()   # '-name' is optional
    output: tuple[str, ...] | str = ()

    def __init__(self):
        self.cid = ''
        self.logger = logging.getLogger('zato.service')
        self.request = Request()
        self.response = Response()
        self.channel = Channel()
        self.server = None
        self.kvdb = None
        self.redis = None
        self.outgoing = None
        self.out = None
        self.user_config = None

    @classmethod
    def get_name(cls) -> str:
        """my_module.py with class GetCustomer is my-module.get-customer, unless the class has a name."""
        if cls.name:
            return cls.name
        words = re.sub(r'(?<=[a-z])[A-Z]|(?<!^)[A-Z](?=[a-z])', lambda match: '-' + match[0], f'{cls.__module__}.{cls.__name__}').lower()
        path, _, name = words.lstrip('-').rpartition('.')
        return f"{path.replace('_', '-')}.{name.lstrip('-').replace('_-', '_')}"

    @classmethod
    def required_input(cls) -> tuple[str, ...]:
        declared = (cls.input,) if isinstance(cls.input, str) else cls.input
        return tuple(name for name in declared if not name.startswith('-'))

    @classmethod
    def get_impl_name(cls) -> str:
        return f'{cls.__module__}.{cls.__name__}'

    def handle(self):
        raise NotImplementedError(f'{self.get_name()} has no handle method')

    def invoke(self, name, payload=None, **_ignored):
        """Invokes another service, by its name or class, in this process."""
        name = name if isinstance(name, str) else name.get_name()
        return self.server.invoker.invoke(name, payload if payload is not None else '')


class _Hook(Service):
    pass


class PubSubHook(_Hook):
    pass


class WSXHook(_Hook):
    pass


class WSXAdapter(Service):
    pass


class RESTAdapter(Service):
    pass


class BusinessCentralAdapter(Service):
    pass
