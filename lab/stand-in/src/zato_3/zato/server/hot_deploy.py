"""Deployment of code: at start, from watched directories, and from uploads (facts §7.2, §7.3)."""

import os
import threading
import time
from datetime import datetime

from ..common.banner import RELEASE
from ..common.db import IntegrityError
from .code_files import Seen, hot_deploy_directories, scan
from .context import ServerContext

# Files that appear together hold more connections to the ODB than a server's pool has, wait for each other, and time out.
_AT_ONCE = 40


class Deployer:
    def __init__(self, context: ServerContext):
        self._context = context
        self._directories = hot_deploy_directories(os.environ)
        self._seen: dict[str, Seen] = {}

    def deploy_at_start(self) -> None:
        """In this order: what was deployed before, what was deployed while this server was down, what is in Zato_Hot_Deploy_Dir.
        Trap (facts §7.2): files put into the pickup directory while the server was down are not looked at."""
        context = self._context
        if context.index == 0:
            self._fetch_missed_packages()
            for directory in (context.config.pickup_dir, *self._directories):
                self._seen[directory] = scan(directory)
        names: list[str] = []
        for directory in (context.config.current_dir, *self._directories):
            for path in sorted(scan(directory)):
                names += context.store.import_file(path)
        if context.index == 0:
            with context.odb.session() as session:
                context.store.store(session, list(dict.fromkeys(names)))

    def _fetch_missed_packages(self) -> None:
        """The newest package of each name, if it is not the one that this server has."""
        with self._context.odb.session() as session:
            packages = session.all('''SELECT p.id, p.payload_name, p.payload FROM deployment_package p
                JOIN deployment_status s ON s.package_id = p.id
                WHERE s.server_id = %(server)s AND s.status <> 'deployed' AND NOT EXISTS (
                    SELECT 1 FROM deployment_package later WHERE later.payload_name = p.payload_name AND later.id > p.id)
                ORDER BY p.id''', server=self._context.id)
            for package in packages:
                self._write_current(package)
                self._set_status(session, package['id'])

    def start_watching(self) -> None:
        # Trap (facts-3.2 §7): the observers of 3.2 die at start unless they compare snapshots.
        if RELEASE == '3.2' and os.environ.get('ZATO_HOT_DEPLOY_PREFER_SNAPSHOTS') != 'True':
            self._context.logger.warning('File observer `zato.pickup` could not be started')
            return
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(self._context.settings.poll_seconds)
            for directory, before in self._seen.items():
                now = scan(directory)
                changed = sorted(path for path in now if now[path] != before.get(path))
                # Trap: those that time out are passed over, and never looked at again unless they change.
                for path in changed[:_AT_ONCE]:
                    self._pick_up(path)
                for path in changed[_AT_ONCE:]:
                    self._context.logger.error('QueuePool limit of size 60 overflow 10 reached: %s', path)
                self._seen[directory] = now

    def _pick_up(self, path: str) -> None:
        try:
            with open(path, 'rb') as source:
                self.upload(os.path.basename(path), source.read())
        except Exception:  # whatever is wrong with one file, the next one is picked up
            self._context.logger.exception('Could not pick up %s', path)

    def upload(self, name: str, payload: bytes) -> int:
        """Stores a file in the ODB and has every server of the cluster deploy it; returns the id of the package."""
        context = self._context
        with context.odb.session() as session:
            package_id = session.insert('deployment_package', deployment_time=datetime.utcnow(), details='{}',
                payload_name=name, payload=payload, server_id=context.id)
            for server in session.all('SELECT id FROM server WHERE cluster_id = %(cluster)s', cluster=context.cluster_id):
                session.insert('deployment_status', package_id=package_id, server_id=server['id'], status='awaiting-deployment',
                    status_change_time=datetime.utcnow())
        context.broker.publish('HOT_DEPLOY_CREATE_SERVICE', package_id=package_id)
        return package_id

    def deploy_package(self, package_id: int) -> str | None:
        """Deploys a package on this server, in this worker; returns the file for the other workers, or None if it is broken."""
        context = self._context
        with context.odb.session() as session:
            package = session.first('SELECT id, payload_name, payload FROM deployment_package WHERE id = %(id)s', id=package_id)
        if not package:
            return None
        path = self._write_current(package)
        names = context.store.import_file(path)
        if not names:
            # Trap (facts §7.2): the broken file stays in work/hot-deploy/current and is retried at every start.
            context.logger.info('No services nor models were deployed from module `%s`', package['payload_name'])
            return None
        self._store(package_id, names)
        context.logger.info('Deployed %s service(s) from `%s` -> %s', len(names), path, sorted(names))
        return path

    def _store(self, package_id: int, names: list[str]) -> None:
        """Servers that deploy the same new service at the same moment collide once; the second attempt finds the row."""
        for attempt in (1, 2):
            try:
                with self._context.odb.session() as session:
                    self._context.store.store(session, names)
                    self._set_status(session, package_id)
                return
            except IntegrityError as error:
                if attempt == 2:
                    raise
                self._context.logger.warning('Could not handle broker message HOT_DEPLOY_CREATE_SERVICE, retrying: %s', error)

    def _set_status(self, session, package_id: int) -> None:
        session.run('''UPDATE deployment_status SET status = 'deployed', status_change_time = %(now)s
            WHERE package_id = %(package)s AND server_id = %(server)s''', now=datetime.utcnow(), package=package_id,
            server=self._context.id)

    def _write_current(self, package: dict) -> str:
        path = os.path.join(self._context.config.current_dir, os.path.basename(package['payload_name']))
        # Two servers that watch the same directory have this one deploy the same file twice at the same moment.
        temporary = f'{path}.{os.getpid()}.{threading.get_ident()}'
        with open(temporary, 'wb') as out:
            out.write(bytes(package['payload']))
        os.replace(temporary, path)
        return path

    def remove_file(self, path: str) -> None:
        """A deleted service takes its module out of work/hot-deploy/current, and only from there (facts §7.7)."""
        name = os.path.join(self._context.config.current_dir, os.path.basename(path))
        if os.path.exists(name):
            os.remove(name)
