"""An environment of 4.1: the packed stand-in, a cluster, its processes. The ODB is the one of STAND_IN_ODB, which is emptied, else a file;
Redis is one of the tests' own."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

from support import ROOT
from tools import free_ports, http, wait_until
from zato.common.db import Database

ADMIN_PASSWORD = 'admin-invoke-pw'
OPTIONS = 'Zato_Zato_Zato'.join(('fg=True', 'sync_internal=False', 'secret_key=', 'stderr_path=None', 'env_file=', 'stop_after=None'))
REDIS_USERS = ('Scheduler', 'Queue_Bridge', 'OpenAPI', 'Rule_Engine')
SSL_LINES = {f'odb_ssl{name}': '' for name in ('', '_ca_file', '_cert_file', '_key_file', '_verify')}

SERVICES = '''
import time
from contextlib import closing
from zato.server.service import Service

class Echo(Service):
    name = 'lab.echo'
    def handle(self):
        self.response.payload = {'you-sent': self.request.payload, 'version': 1}

class Fail(Service):
    name = 'lab.fail'
    def handle(self):
        raise Exception('no')

class Sleep(Service):
    name = 'lab.sleep'
    def handle(self):
        time.sleep(1.5)
        self.response.payload = {'slept': True}

class Compute(Service):
    name = 'lab.compute'
    def handle(self):
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            pass
        self.response.payload = {'computed': True}

class Tick(Service):
    name = 'lab.tick'
    def handle(self):
        with open(self.request.payload, 'a') as out:
            out.write('x')

class Query(Service):
    name = 'lab.query'
    def handle(self):
        with closing(self.out.sql.get('Db').session()) as session:
            self.response.payload = {'value': session.execute('SELECT 1 AS value').fetchone().value}
'''


class Environment:
    def __init__(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix='stand-in-4-'))
        self.code, self.env, self.home = (self.dir / name for name in ('code', 'env', 'home'))
        self.hot = self.dir / 'hot'
        for folder in (self.code, self.env, self.home / 'env/qs-1', self.hot):
            folder.mkdir(parents=True)
        archive = self.dir / 'stand-in.tar.gz'
        subprocess.run([ROOT / 'build.sh', archive, '4.1'], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(['tar', 'xzf', archive, '--no-same-owner', '-C', self.code], check=True)
        (self.dir / 'stand-in.conf').write_text('[stand-in]\nboot_seconds = 0.1\n')
        self.processes: list[subprocess.Popen] = []
        ports = free_ports(6)
        self.ports = {'server1': ports[0], 'server2': ports[1], 'dashboard': ports[2], 'redis': ports[3]}
        self.scheduler_ports = ports[4:]
        self.odb = _odb_values(self.dir)
        self.key = self.zato('crypto', 'create-secret-key')[1].strip()

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait(10)
        shutil.rmtree(self.dir)

    def environ(self, **extra) -> dict[str, str]:
        return {**os.environ, 'HOME': str(self.home), 'ZATO_STAND_IN_CONF': str(self.dir / 'stand-in.conf'),
            **{name: str(value) for name, value in extra.items()}}

    def zato(self, *args, **extra) -> tuple[int, str]:
        done = subprocess.run([self.code / 'bin/zato', *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd=self.dir, env=self.environ(**extra), check=False)
        return done.returncode, done.stdout + done.stderr

    def from_config(self, command: str, without: tuple = (), **values) -> tuple[int, str]:
        lines = {'command': command, **self.odb, **SSL_LINES, **values}
        (self.dir / 'command.conf').write_text(''.join(f'{name}={value}\n' for name, value in lines.items() if name not in without))
        return self.zato('from-config', self.dir / 'command.conf')

    def create_cluster(self) -> tuple[int, str]:
        return self.from_config('create_cluster', cluster_name='a', secret_key=self.key, admin_invoke_password=ADMIN_PASSWORD)

    def create_server(self, name: str, folder: str = '', cluster: str = 'a', **more) -> tuple[int, str]:
        return self.from_config('create_server', **{'path': self.env / (folder or name), 'cluster_name': cluster, 'server_name': name,
            'http_port': self.ports[name], 'threads': 1, 'secret_key': self.key, 'redis_host': '127.0.0.1',
            'redis_port': self.ports['redis'], **more})

    def create(self) -> 'Environment':
        results = [self.from_config('create_odb'), self.create_cluster(), self.create_server('server1'), self.create_server('server2'),
            self.from_config('create_web_admin', path=self.env / 'web-admin', admin_invoke_password=ADMIN_PASSWORD),
            self.from_config('update_password', path=self.env / 'web-admin', username='admin', password='web-pw')]
        assert [code for code, _ in results] == [0] * 6, results
        return self

    def start(self, argv: list, folder: Path, log: str, **extra) -> subprocess.Popen:
        with open(self.dir / log, 'ab') as out:
            process = subprocess.Popen([str(item) for item in argv], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=self.environ(**extra))
        self.processes.append(process)
        return process

    def launch_server(self, name: str, options: str = OPTIONS, **extra) -> subprocess.Popen:
        return self.start([self.code / 'bin/python', '-m', 'zato.server.main', self.env / name, options], self.env / name, f'{name}.log',
            **{'Zato_Hot_Deploy_Dir': self.hot, **{f'Zato_{user}_Redis_Port': self.ports['redis'] for user in REDIS_USERS}, **extra})

    def start_server(self, name: str, **extra) -> subprocess.Popen:
        """Waits until it answers."""
        process = self.launch_server(name, **extra)
        if not wait_until(lambda: self.ping(name) == 200 or process.poll() is not None, 20) or process.poll() is not None:
            raise AssertionError(f'{name} does not answer:\n{self.log(name)}')
        return process

    def log(self, name: str) -> str:
        return (self.dir / f'{name}.log').read_text()

    def address(self, name: str) -> str:
        return f'http://127.0.0.1:{self.ports[name]}'

    def get(self, name: str, path: str) -> tuple[int, str]:
        """Status 0 is a connection that was closed, or not accepted."""
        try:
            return http('GET', self.address(name) + path, timeout=20)
        except OSError:
            return 0, ''

    def ping(self, name: str) -> int:
        return self.get(name, '/zato/ping')[0]

    def api(self, name: str, service: str, payload: object = None, password: str = ADMIN_PASSWORD) -> tuple[int, object]:
        status, body = http('POST', f'{self.address(name)}/zato/api/invoke/{service}', json.dumps(payload or {}).encode(),
            basic('admin.invoke', password))
        try:
            return status, json.loads(body) if body else None
        except ValueError:
            return status, body

    def ok(self, name: str, service: str, payload: object = None):
        status, answer = self.api(name, service, payload)
        assert status == 200, (status, answer)
        return answer

    def deploy(self, name: str, path: Path, text: str) -> list:
        """The file first, then the server is told."""
        path.write_text(text)
        return self.ok(name, 'zato.hot-deploy.create', {'payload': b64encode(text.encode()).decode(), 'payload_name': str(path)})[
            'services_deployed']

    def enmasse(self, text: str, environment: str = '') -> tuple[int, str]:
        (self.dir / 'enmasse.yaml').write_text(text)
        (self.dir / 'env.ini').write_text('[env]\n' + environment)
        return self.zato('enmasse', self.env / 'server1', '--import', '--input', 'enmasse.yaml', '--env-file', 'env.ini',
            '--initial-wait-time', 5, '--missing-wait-time', 0.3)

    def rows(self, sql: str) -> list[dict]:
        with self.database().session() as session:
            return session.all(sql)

    def database(self) -> Database:
        odb = self.odb
        return Database(odb['odb_type'], odb['odb_host'], odb['odb_port'], odb['odb_db_name'], odb['odb_user'], odb['odb_password'])

    def start_redis(self, *options: str) -> subprocess.Popen:
        process = self.start(['redis-server', '--port', self.ports['redis'], '--bind', '127.0.0.1', '--save', '', '--dir', self.dir,
            *options], self.dir, 'redis.log')
        wait_until(lambda: 'Ready to accept connections' in self.log('redis').rpartition('oO0OoO0OoO0Oo')[2])
        return process

    def start_scheduler(self, **extra) -> subprocess.Popen:
        return self.start([self.code / 'bin/_zato_scheduler'], self.dir, 'scheduler.log', **{
            'Zato_Scheduler_Redis_Port': self.ports['redis'], 'Zato_Scheduler_HTTP_Port': self.scheduler_ports.pop(), **extra})

    def stop(self, process: subprocess.Popen) -> int:
        process.terminate()
        return process.wait(20)


def basic(username: str, password: str) -> dict[str, str]:
    return {'Authorization': 'Basic ' + b64encode(f'{username}:{password}'.encode()).decode()}


def seconds_of(action) -> float:
    start = time.monotonic()
    action()
    return time.monotonic() - start


def _odb_values(folder: Path) -> dict:
    url = os.environ.get('STAND_IN_ODB')
    if not url:
        return {'odb_type': 'sqlite', 'odb_host': '', 'odb_port': '', 'odb_user': '', 'odb_db_name': folder / 'odb.sqlite', 'odb_password': ''}
    parts = urlsplit(url)
    values = {'odb_type': parts.scheme, 'odb_host': parts.hostname, 'odb_port': parts.port, 'odb_user': parts.username,
        'odb_db_name': parts.path[1:], 'odb_password': parts.password}
    if parts.scheme == 'postgresql':
        odb = Database(parts.scheme, parts.hostname, parts.port, values['odb_db_name'], parts.username, parts.password)
        with odb.session() as session:
            session.run('DROP SCHEMA public CASCADE')
            session.run('CREATE SCHEMA public')
        odb.close()
    return values
