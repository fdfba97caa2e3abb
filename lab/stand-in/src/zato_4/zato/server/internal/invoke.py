"""Ping, the service that invokes others by their names, and what channels of the cluster's own have behind them (facts §7)."""

import json

from ...common.banner import RELEASE
from .. import log_files, registry
from ..errors import BadRequest, Unauthorized
from ..internal_jobs import SERVICES
from ..service_api import Request, Response
from ..registry import Call, service


@service('demo.ping', wrapped=False)
def ping(call: Call):
    return Response(f'{{"is_ok":true, "cid":"{call.cid}"}}')


@service('pub.zato.service.service-invoker', wrapped=False)
def invoke_by_url(call: Call):
    """POST /zato/api/invoke/SERVICE: an answer that is no text goes out as JSON."""
    name = call.request.http.params.service_name
    if not call.server.invoker.exists(name):
        raise BadRequest(f'No such service `{name}`')
    payload = (call.request.http.GET if call.request.http.method == 'GET' else None) or call.request.payload
    response = call.server.invoker.run(name, Request(payload, call.request.raw_request, call.request.http))
    text = response.payload if isinstance(response.payload, str) else json.dumps(response.payload, default=str)
    if registry.get(name):
        log_files.admin(name, payload, text)
    return Response(text, response.status_code, 'application/json', response.headers)


@service('zato.helpers.get-metrics', wrapped=False)
def get_metrics(_call: Call):
    return f'# Zato {RELEASE} stand-in\n'


@service('pubsub.rest.get-messages', wrapped=False)
def get_messages(call: Call):
    """Looks at credentials itself, and there is no subscription here that would have any."""
    raise Unauthorized(f'Unauthorized; cid={call.cid}')


@service('pubsub.rest.publish', wrapped=False)
def publish(_call: Call):
    """Trap (facts §7): without credentials this is an error, not a refusal."""
    raise Exception('No credentials')


for _name in (*SERVICES, 'zato.updates.check-updates'):
    service(_name, wrapped=False)(lambda _call: None)
