"""Deployment of code: at each start, and over the admin API (facts §8)."""

import os
from base64 import b64decode

from .code_files import hot_deploy_directories, scan
from .context import ServerContext


class Deployer:
    def __init__(self, context: ServerContext):
        self._context = context
        self._directories = hot_deploy_directories(os.environ)

    def deploy_at_start(self) -> None:
        """Traps (facts §0.9, §8): nothing is watched, and what was deployed over the API from elsewhere is not here again. The server's own
        folder comes last, with all folders below (source of 4.1)."""
        below = [directory for directory, _, _ in os.walk(self._context.config.pickup_dir)]
        for directory in (*self._directories, *below):
            for path in sorted(scan(directory)):
                self._deploy(path)

    def deploy(self, name: str, payload: str) -> list[int]:
        """The ids of the file's services; none where it is broken, and the ones of before stay. Traps (source of 4.1): with an absolute
        name the file is read from there, whatever was sent; with a relative one it is written, and not looked at."""
        if os.path.isabs(name):
            return self._deploy(os.path.normpath(name))
        with open(os.path.join(self._context.config.pickup_dir, name), 'wb') as out:
            out.write(b64decode(payload))
        return []

    def _deploy(self, path: str) -> list[int]:
        context = self._context
        names = context.store.import_file(path)
        if not names:
            context.logger.info('No services, models nor connector types were deployed from module `%s`', path)
            return []
        with context.odb.session() as session:
            context.store.store(session, names)
            rows = session.all('SELECT id, name FROM service WHERE cluster_id = %(cluster)s', cluster=context.cluster_id)
        context.logger.info('Deployed %s services from `%s` -> %s', len(names), path, sorted(names))
        return [row['id'] for row in rows if row['name'] in names]
