"""An environment for the live tests: the packed stand-in, a cluster, its processes, and a database that can be cut off."""

import json
import os
import shutil
import subprocess
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path
from urllib.parse import urlsplit

from support import ROOT
from tools import DatabaseProxy, free_ports, http, wait_until
from zato.common.http_client import post

ADMIN_PASSWORD = 'admin-invoke-pw'
START_ARGUMENT = 'fg=TrueZato_Zato_Zatosync_internal=False'


class Lab:
    def __init__(self, odb_url: str):
        self.url = urlsplit(odb_url)
        self.dir = Path(tempfile.mkdtemp(prefix='stand-in-'))
        self.code = self.dir / 'code'
        self.env = self.dir / 'env'
        self.settings = self.dir / 'stand-in.conf'
        self.proxy = DatabaseProxy((self.url.hostname, self.url.port))
        self.processes: list[subprocess.Popen] = []
        ports = free_ports(40)
        self.ports = {'server1': ports[0], 'server2': ports[1], 'scheduler': ports[2], 'web-admin': ports[3]}
        self.ipc = {'server1': ports[10], 'server2': ports[20]}
        self.key = ''
        self._unpack()

    def _unpack(self) -> None:
        archive = self.dir / 'stand-in.tar.gz'
        subprocess.run([ROOT / 'build.sh', archive], check=True, stdout=subprocess.DEVNULL)
        self.code.mkdir()
        subprocess.run(['tar', 'xzf', archive, '--no-same-owner', '-C', self.code], check=True)
        self.env.mkdir()
        self.settings.write_text('[stand-in]\nboot_seconds = 0.3\npoll_seconds = 0.2\n')
        self.key = self.zato('crypto', 'create-secret-key')[1].strip()

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(10)
        if not os.environ.get('STAND_IN_KEEP'):
            shutil.rmtree(self.dir)

    def environ(self, **extra) -> dict[str, str]:
        return {**os.environ, 'ZATO_STAND_IN_CONF': str(self.settings), **{name: str(value) for name, value in extra.items()}}

    def zato(self, *args, **extra) -> tuple[int, str]:
        done = subprocess.run([self.code / 'bin/zato', *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd=self.dir, env=self.environ(**extra), check=False)
        return done.returncode, done.stdout + done.stderr

    def from_config(self, command: str, odb: dict | None = None, **values) -> tuple[int, str]:
        block = {'odb_type': self.url.scheme, 'odb_host': '127.0.0.1', 'odb_port': self.proxy.port, 'odb_user': self.url.username,
            'odb_db_name': self.url.path[1:], 'odb_password': self.url.password}
        config = self.dir / 'command.conf'
        config.write_text(''.join(f'{name}={value}\n' for name, value in {'command': command, **block, **(odb or {}), **values}.items()))
        return self.zato('from-config', config)

    def create_server(self, name: str, directory: str | None = None, cluster: str = 'cluster-a', threads: int = 2) -> tuple[int, str]:
        return self.from_config('create_server', path=self.env / (directory or name), cluster_name=cluster, server_name=name,
            http_port=self.ports[name], threads=threads, secret_key=self.key, jwt_secret='jwt',
            scheduler_address_for_server=f"http://127.0.0.1:{self.ports['scheduler']}",
            scheduler_api_client_for_server_username='server_api_client1', scheduler_api_client_for_server_password='api-pw')

    def start(self, argv: list, directory: str, log: str, **extra) -> subprocess.Popen:
        with open(self.dir / log, 'ab') as out:
            process = subprocess.Popen([str(item) for item in argv], cwd=self.env / directory, stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, env=self.environ(**extra))
        self.processes.append(process)
        return process

    def start_server(self, name: str, workers: int = 2, **extra) -> subprocess.Popen:
        prefix = 'Zato_Config_Server_server__conf_'
        return self.start([self.code / 'bin/python', '-m', 'zato.server.main', self.env / name, START_ARGUMENT], name, f'{name}.log', **{
            f'{prefix}main_gunicorn_bind': f'127.0.0.1:{self.ports[name]}',
            f'{prefix}main_gunicorn_workers': workers,
            f'{prefix}main_ipc_port_start': self.ipc[name],
            f'{prefix}preferred_address_address': '127.0.0.1',
            f'{prefix}preferred_address_allow_loopback': True,
            'Zato_Hot_Deploy_Dir': self.dir / 'hot',
            **extra})

    def log(self, name: str) -> str:
        return (self.dir / f'{name}.log').read_text()

    def address(self, name: str) -> str:
        return f'http://127.0.0.1:{self.ports[name]}'

    def ping(self, name: str) -> int:
        try:
            return http('GET', self.address(name) + '/zato/ping', timeout=5)[0]
        except OSError:
            return 0

    def invoke(self, name: str, service: str, payload: object = None, all_pids: bool = False, password: str = ADMIN_PASSWORD):
        """Status and answer of the admin API."""
        status, body = post(self.address(name) + '/zato/admin/invoke', {'name': service, 'all_pids': all_pids, 'channel': 'invoke',
            'payload': b64encode(json.dumps(payload or {}).encode()).decode(), 'data_format': 'json', 'timeout': 10,
            'skip_response_elem': True}, 'admin.invoke', password)
        answer = json.loads(body)
        if status != 200:
            return status, answer
        return status, json.loads(b64decode(answer['response'])) if answer['response'] else None

    def all_workers(self, name: str, service: str, expected: object, count: int = 2) -> bool:
        """Waits until that many workers answer, and all of them with the same."""
        return bool(wait_until(lambda: self.invoke(name, service, all_pids=True)[1] == [expected] * count))

    def is_up(self, name: str, workers: int = 2) -> bool:
        return bool(wait_until(lambda: self.ping(name) == 200)) and (workers == 1 or self.all_workers(name, 'zato.ping', 'zato', workers))

    def enmasse(self, text: str, environment: str = '', wait: float = 0) -> tuple[int, str]:
        (self.dir / 'enmasse.yaml').write_text(text)
        (self.dir / 'env.ini').write_text('[env]\n' + environment)
        return self.zato('enmasse', self.env / 'server1', '--import', '--input', 'enmasse.yaml', '--env-file', 'env.ini',
            '--replace-odb-objects', '--initial-wait-time', 10, '--missing-wait-time', wait)
