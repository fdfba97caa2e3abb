"""Files and directories of a new server (facts §2). Only stanzas that the stand-in or its users read are here."""

import os

from .command import write

DIRECTORIES = (
    'config/repo/skills', 'config/repo/static',
    'logs',
    'pickup/incoming/services', 'pickup/incoming/user', 'pickup/incoming/user-conf', 'pickup/processed',
    'work/hot-deploy/current', 'work/hot-deploy/backup/last',
)

SERVER_CONF = '''# Zato 3.3 stand-in (test double of cdktf-zato, not Zato)

[main]
bind=0.0.0.0:{port}
work_dir=../../work
deployment_lock_expires=1073741824
deployment_lock_timeout=180
token=zato+secret://zato.server_conf.main.token

[crypto]
use_tls=False

[odb]
db_name={odb_db_name}
engine={odb_engine}
extra=echo=False
host={odb_host}
port={odb_port}
password=zato+secret://zato.server_conf.odb.password
pool_size=60
ssl={odb_ssl}
ssl_ca_file={odb_ssl_ca_file}
ssl_cert_file={odb_ssl_cert_file}
ssl_key_file={odb_ssl_key_file}
ssl_verify={odb_ssl_verify}
username={odb_user}

[scheduler]
scheduler_host=127.0.0.1
scheduler_port=31530
scheduler_use_tls=False
scheduler_api_username=server_api_client1
scheduler_api_password={scheduler_password}

[hot_deploy]
pickup_dir=../../pickup/incoming/services
delete_after_pick_up=False

[misc]
return_internal_objects=False
internal_services_may_be_deleted=False
initial_cluster_name={cluster_name}
initial_server_name={server_name}
return_tracebacks=True
service_invoker_allow_internal="demo.ping", "zato.api.invoke"

[redis]
host={redis_host}
port={redis_port}
password=zato+secret://zato.server_conf.redis.password
db=0
ssl=False

[startup_services]
zato.updates.check-updates=

[user_config]
user=./user.conf

[preferred_address]
address=
ip=10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, eth0
boot_if_preferred_not_found=False
allow_loopback=False

[logging]
http_access_log_ignore=
rest_log_ignore=/zato/api/invoke, /metrics, /zato/ping

[os_environ]
sample_key=sample_value
'''

SECRETS_CONF = '''[secret_keys]
key1={key}

[zato]
well_known_data={well_known_data}
server_conf.redis.password={redis_password}
server_conf.main.token={token}
server_conf.odb.password={odb_password}
'''

OTHER_FILES = {
    'config/repo/pickup.conf': '# Directories watched besides hot_deploy.pickup_dir\n',
    'config/repo/sql.conf': '[postgresql+pg8000]\ndisplay_name=PostgreSQL\nping_query=SELECT 1\n',
    'config/repo/user.conf': '[sample_section]\nstring_key=sample_string\n',
    'config/repo/logging.conf': 'loggers:\n  zato:\n    level: INFO\n',
    'config/repo/skills/example/SKILL.md': 'An example.\n',
    'pickup/incoming/user-conf/hl7-fhir-demo.ini': '[bundle]\ntype=transaction\n',
}

_TEMPLATES = {'alert-templates/alert.txt': 'An alert: {{name}}\n'}


def write_templates(target: str) -> None:
    """Trap (facts §2): they are copied with the modes that they have in the installation, whatever the umask is."""
    for name, text in _TEMPLATES.items():
        path = f'config/repo/{name}'
        write(target, path, text)
        os.chmod(os.path.join(target, path), 0o644)
        os.chmod(os.path.dirname(os.path.join(target, path)), 0o755)
