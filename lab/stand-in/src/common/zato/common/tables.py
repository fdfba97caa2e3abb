"""Tables of the ODB that all releases have. Names and columns are those that the SQL statements of the facts use; the rest is left out."""

import re

from .db import MYSQL, Session

_TYPES = {
    'postgresql': {'pk': 'SERIAL PRIMARY KEY', 'blob': 'BYTEA', 'time': 'TIMESTAMP'},
    'sqlite': {'pk': 'INTEGER PRIMARY KEY AUTOINCREMENT', 'blob': 'BLOB', 'time': 'TIMESTAMP'},
    'mysql': {'pk': 'INTEGER AUTO_INCREMENT PRIMARY KEY', 'blob': 'LONGBLOB', 'time': 'DATETIME'},
}

_CLUSTER = 'cluster_id INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE'

# What all of a cluster's objects have.
CLUSTER_COLUMNS = '''id {pk}, name VARCHAR(200) NOT NULL, description VARCHAR(1000), odb_type VARCHAR(30) NOT NULL, odb_host VARCHAR(200),
        odb_port INTEGER, odb_user VARCHAR(200), odb_db_name VARCHAR(200), '''

# table -> columns; a unique constraint is named the way PostgreSQL names it by itself
TABLES = {
    'server': '''id {pk}, name VARCHAR(200) NOT NULL, host VARCHAR(400), bind_host VARCHAR(400), bind_port INTEGER,
        preferred_address VARCHAR(400), crypto_use_tls BOOLEAN, last_join_status VARCHAR(40), last_join_mod_date {time},
        last_join_mod_by VARCHAR(200), up_status VARCHAR(40), up_mod_date {time}, token VARCHAR(32) NOT NULL, ''' + _CLUSTER + ''',
        CONSTRAINT server_name_cluster_id_key UNIQUE (name, cluster_id)''',
    'sec_base': '''id {pk}, name VARCHAR(200) NOT NULL, username VARCHAR(200), password VARCHAR(1000), password_type VARCHAR(45),
        is_active BOOLEAN NOT NULL, sec_type VARCHAR(45) NOT NULL, opaque1 TEXT, ''' + _CLUSTER + ''',
        CONSTRAINT sec_base_cluster_id_name_key UNIQUE (cluster_id, name),
        CONSTRAINT sec_base_cluster_id_username_sec_type_key UNIQUE (cluster_id, username, sec_type)''',
    'sec_basic_auth': 'id INTEGER PRIMARY KEY REFERENCES sec_base(id) ON DELETE CASCADE, realm VARCHAR(200) NOT NULL',
    'service': '''id {pk}, name VARCHAR(200) NOT NULL, is_active BOOLEAN NOT NULL, impl_name VARCHAR(2000) NOT NULL,
        is_internal BOOLEAN NOT NULL, slow_threshold INTEGER NOT NULL DEFAULT 99999, opaque1 TEXT, ''' + _CLUSTER + ''',
        CONSTRAINT service_name_cluster_id_key UNIQUE (name, cluster_id)''',
    'deployed_service': '''deployment_time {time} NOT NULL, details VARCHAR(2000) NOT NULL, source {blob}, source_path VARCHAR(2000),
        source_hash VARCHAR(512), source_hash_method VARCHAR(20),
        server_id INTEGER NOT NULL REFERENCES server(id) ON DELETE CASCADE,
        service_id INTEGER NOT NULL REFERENCES service(id) ON DELETE CASCADE, PRIMARY KEY (server_id, service_id)''',
    'deployment_package': '''id {pk}, deployment_time {time} NOT NULL, details VARCHAR(2000) NOT NULL, payload_name VARCHAR(200) NOT NULL,
        payload {blob} NOT NULL, server_id INTEGER NOT NULL REFERENCES server(id) ON DELETE CASCADE''',
    'deployment_status': '''id {pk}, status VARCHAR(20) NOT NULL, status_change_time {time} NOT NULL,
        package_id INTEGER NOT NULL REFERENCES deployment_package(id) ON DELETE CASCADE,
        server_id INTEGER NOT NULL REFERENCES server(id) ON DELETE CASCADE''',
    'http_soap': '''id {pk}, name VARCHAR(200) NOT NULL, is_active BOOLEAN NOT NULL, is_internal BOOLEAN NOT NULL,
        connection VARCHAR(20) NOT NULL, transport VARCHAR(200) NOT NULL, host VARCHAR(200), url_path VARCHAR(200) NOT NULL,
        method VARCHAR(200), soap_action VARCHAR(200) NOT NULL, data_format VARCHAR(20), content_type VARCHAR(200),
        ping_method VARCHAR(60), pool_size INTEGER, timeout INTEGER NOT NULL DEFAULT 10, opaque1 TEXT,
        security_id INTEGER REFERENCES sec_base(id) ON DELETE CASCADE,
        service_id INTEGER REFERENCES service(id) ON DELETE CASCADE, ''' + _CLUSTER + ''',
        CONSTRAINT http_soap_name_connection_transport_cluster_id_key UNIQUE (name, connection, transport, cluster_id)''',
    'sql_pool': '''id {pk}, name VARCHAR(200) NOT NULL, is_active BOOLEAN NOT NULL, username VARCHAR(200) NOT NULL,
        password VARCHAR(200) NOT NULL, db_name VARCHAR(200) NOT NULL, engine VARCHAR(200) NOT NULL, extra {blob},
        host VARCHAR(200) NOT NULL, port INTEGER NOT NULL, pool_size INTEGER NOT NULL, opaque1 TEXT, ''' + _CLUSTER + ''',
        CONSTRAINT sql_pool_cluster_id_name_key UNIQUE (cluster_id, name)''',
    'job': '''id {pk}, name VARCHAR(200) NOT NULL, is_active BOOLEAN NOT NULL, job_type VARCHAR(20) NOT NULL, start_date {time} NOT NULL,
        extra {blob}, service_id INTEGER NOT NULL REFERENCES service(id) ON DELETE CASCADE, ''' + _CLUSTER + ''',
        CONSTRAINT job_name_cluster_id_key UNIQUE (name, cluster_id)''',
    'job_interval_based': '''id {pk}, job_id INTEGER NOT NULL UNIQUE REFERENCES job(id) ON DELETE CASCADE, weeks INTEGER, days INTEGER,
        hours INTEGER, minutes INTEGER, seconds INTEGER, repeats INTEGER''',
    # Objects of every other kind, as JSON. The unique index is what a second cluster in the same ODB runs into (facts §II.5).
    'generic_object': '''id {pk}, name VARCHAR(191) NOT NULL, type_ VARCHAR(191) NOT NULL, opaque1 TEXT, ''' + _CLUSTER + ''',
        CONSTRAINT gen_obj_uq_name_type UNIQUE (name, type_, cluster_id)''',
}

WEB_ADMIN_TABLES = {
    'auth_user': '''id {pk}, username VARCHAR(150) NOT NULL UNIQUE, password VARCHAR(200) NOT NULL, is_superuser BOOLEAN NOT NULL,
        is_active BOOLEAN NOT NULL, date_joined {time} NOT NULL''',
    'django_session': 'id {pk}, session_key VARCHAR(40) NOT NULL UNIQUE, username VARCHAR(150) NOT NULL, expire_date {time} NOT NULL',
}


def create(session: Session, tables: dict[str, str]) -> None:
    """Those that are not there; one that is, is never changed."""
    for name, columns in tables.items():
        if not session.has_table(name):
            sql = f'CREATE TABLE {name} ({columns.format(**_TYPES[session.dialect])})'
            session.run(_with_foreign_keys(sql) if session.dialect == MYSQL else sql)


def _with_foreign_keys(sql: str) -> str:
    """MySQL ignores REFERENCES after a column (MariaDB does not); as a constraint of the table both take it."""
    pattern = re.compile(r'(\w+) (INTEGER(?: NOT NULL| PRIMARY KEY| UNIQUE)*) REFERENCES (\w+)\(id\) ON DELETE CASCADE')
    foreign = [f'FOREIGN KEY ({m[1]}) REFERENCES {m[3]}(id) ON DELETE CASCADE' for m in pattern.finditer(sql)]
    return pattern.sub(r'\1 \2', sql)[:-1] + ''.join(f', {key}' for key in foreign) + ')'

