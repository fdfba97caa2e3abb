"""The scheduler's process. It reads ./config/repo/scheduler.conf, so its working directory matters (facts §4.2)."""

import hmac
import json
import os
import signal
import sys
import threading
from base64 import b64decode

from ..common import logs
from ..common.banner import BANNER
from ..common.http_server import HttpServer, Request, Response, listen
from . import config as scheduler_config
from .runner import Runner


class Api:
    """What the servers tell the scheduler, with the credentials of [api_clients]."""

    def __init__(self, config: scheduler_config.SchedulerConfig, runner: Runner):
        self._config = config
        self._actions = {
            'SCHEDULER_JOB_EXECUTE': runner.execute,
            'SCHEDULER_JOB_CREATE': runner.create,
            'SCHEDULER_JOB_EDIT': runner.edit,
            'SCHEDULER_JOB_DELETE': runner.delete,
        }

    def __call__(self, request: Request) -> Response:
        if self._config.auth_required and not self._is_known(request.headers.get('authorization', '')):
            return Response(401, '{"status":"error"}')
        try:
            message = json.loads(request.body or b'{}')
        except ValueError:
            return Response(400, '{"status":"error"}')
        self._actions[message['action']](int(message['id']))
        return Response(200, '{"status":"ok"}')

    def _is_known(self, header: str) -> bool:
        try:
            username, _, password = b64decode(header.partition(' ')[2]).decode().partition(':')
        except ValueError:
            return False
        expected = self._config.clients.get(username)
        return expected is not None and hmac.compare_digest(password.encode(), expected.encode())


def main() -> int:
    config = scheduler_config.read('.')
    logger = logs.set_up('logs/scheduler.log')
    logger.info('%s: starting scheduler on %s:%s', BANNER, *config.bind)
    listener = listen(*config.bind)
    with open('pidfile', 'w', encoding='utf8') as pidfile:
        pidfile.write(str(os.getpid()))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    runner = Runner(config)
    HttpServer(listener, Api(config, runner), logger).start()
    threading.Thread(target=runner.run, daemon=True).start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    return 0


if __name__ == '__main__':
    sys.exit(main())
