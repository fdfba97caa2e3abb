"""Internal services by name: what they need on input, and the element their answer is wrapped in."""

from dataclasses import dataclass

from .errors import BadRequest
from .service_api import AttributeDict, Request, Response

_services: dict[str, 'InternalService'] = {}


@dataclass
class Call:
    """What an internal service is called with."""
    server: object  # ServerContext, which cannot be imported here
    input: AttributeDict
    request: Request
    channel_name: str
    cid: str


@dataclass
class InternalService:
    name: str
    function: object
    required: tuple[str, ...]
    element: str | None

    def run(self, context, request: Request, channel_name: str, cid: str) -> Response:
        payload = request.payload if isinstance(request.payload, dict) else {}
        call = Call(context, AttributeDict({**request.input, **payload}), request, channel_name, cid)
        for name in self.required:
            if name not in call.input:
                raise BadRequest(f'Element missing: {name}')
        data = self.function(call)  # type: ignore[operator]
        if isinstance(data, Response):
            return data
        if data is None:
            return Response('')
        return Response({self.element: data} if self.element else data)


def service(name: str, *required: str, wrapped: bool = True):
    """Registers a function. Its answer is put into zato_<name>_response, as the real services do it."""
    element = name.replace('.', '_').replace('-', '_') + '_response' if wrapped else None

    def register(function):
        _services[name] = InternalService(name, function, required, element)
        return function
    return register


def get(name: str) -> InternalService | None:
    return _services.get(name)


def names() -> list[str]:
    return list(_services)
