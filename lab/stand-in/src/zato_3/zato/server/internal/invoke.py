"""Ping, and the services that invoke others: the admin API's envelope and the open channel (facts §0.1, §7.1)."""

import json
from base64 import b64decode, b64encode

from ..errors import BadRequest
from ..service_api import Request, Response
from ..registry import Call, service


@service('zato.ping', wrapped=False)
def ping(_call: Call):
    return {'pong': 'zato'}


@service('pub.zato.ping', wrapped=False)
def pub_ping(_call: Call):
    return {'pong': 'zato'}


@service('zato.service.invoke', wrapped=False)
def invoke(call: Call):
    envelope = call.input
    name = envelope.get('name') or ''
    payload = _decoded(envelope.get('payload'))
    if not envelope.get('all_pids'):
        data = call.server.invoker.invoke(name, payload)
    elif call.server.config.workers > 1:
        data = _every_worker(call, name, payload)
    else:
        # Trap (facts-3.2, "Also seen"): with one worker the answer has another shape.
        answer = call.server.invoker.invoke(name, payload)
        pid = call.server.pid
        data = {str(pid): {'is_ok': True, 'pid': pid, 'pid_data': answer, 'error_info': ''}}
    if data is None or data == '':
        return {'response': ''}
    text = data if isinstance(data, str) else json.dumps(data, default=str)
    return {'response': b64encode(text.encode()).decode()}


def _decoded(payload: str | None):
    if not payload:
        return ''
    text = b64decode(payload).decode()
    try:
        return json.loads(text)
    except ValueError:
        return text


def _every_worker(call: Call, name: str, payload) -> list:
    """Trap (facts §7.1): an error, an unknown service among them, ends the list where it is and is not reported."""
    answers: list = []
    try:
        for pid in call.server.ipc.pids():
            answer = call.server.ipc.call(pid, {'name': name, 'payload': payload}, timeout=float(call.input.get('timeout') or 10))
            if name.startswith('zato') and isinstance(answer, dict) and len(answer) == 1:
                answer = next(iter(answer.values()))
            answers.append(answer)
    except Exception:
        call.server.logger.warning('PID invocation error', exc_info=True)
    return answers


@service('zato.service.rpc-service-invoker', 'action', wrapped=False)
def receive_message(call: Call):
    call.server.broker.receive(call.input)


@service('pub.zato.service.service-invoker', wrapped=False)
def invoke_by_url(call: Call):
    """Trap (facts §0.1): /zato/api/invoke/{service_name} has no security and runs internal services too."""
    name = call.request.http.params.service_name
    if not call.server.invoker.exists(name):
        raise BadRequest(f'No such service `{name}`')
    payload = call.request.http.GET if call.request.http.method == 'GET' else call.request.payload
    response = call.server.invoker.run(name, Request(payload, call.request.raw_request, call.request.http))
    data = response.payload
    if name.startswith(('zato', 'pub.zato')) and isinstance(data, dict) and data:
        data = next(iter(data.values()))
    return Response(data, response.status_code, response.content_type or 'application/json', response.headers)


@service('zato.info.get-worker-pids', wrapped=False)
def get_worker_pids(call: Call):
    return {'pids': call.server.ipc.pids()}
