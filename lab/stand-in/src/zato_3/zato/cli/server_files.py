"""Files and directories of a new server (facts §2, §II.4). Only stanzas that the stand-in or its users read are here."""

DIRECTORIES = (
    'config/repo/user-conf',
    'config/repo/static',
    'config/repo/tls',
    'logs',
    'pickup/incoming/services', 'pickup/incoming/user-conf', 'pickup/incoming/static',
    'pickup/incoming/json', 'pickup/incoming/xml', 'pickup/incoming/csv',
    'pickup/processed',
    'work/hot-deploy/current', 'work/hot-deploy/backup/last',
)

SERVER_CONF = '''# Zato 3.3 stand-in (test double of cdktf-zato, not Zato)

[main]
gunicorn_bind=0.0.0.0:{port}
gunicorn_workers={workers}
gunicorn_timeout=1234567890
ipc_host=127.0.0.1
ipc_port_start=17050
work_dir=../../work
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
username={odb_user}

[scheduler]
scheduler_host={scheduler_host}
scheduler_port={scheduler_port}
scheduler_use_tls={scheduler_use_tls}
scheduler_api_username={scheduler_username}
scheduler_api_password={scheduler_password}

[hot_deploy]
pickup_dir=../../pickup/incoming/services
delete_after_pick_up=False

[misc]
return_internal_objects=False
internal_services_may_be_deleted=False
initial_cluster_name={cluster_name}
initial_server_name={server_name}
jwt_secret=zato+secret://zato.server_conf.misc.jwt_secret
return_tracebacks=True
service_invoker_allow_internal="pub.zato.ping", "/zato/api/invoke/{{service_name}}"

[kvdb]
host=
port=
password=zato+secret://zato.server_conf.kvdb.password

[startup_services_first_worker]
zato.updates.check-updates=

[startup_services_any_worker]

[preferred_address]
address=
ip=10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, eth0
boot_if_preferred_not_found=False
allow_loopback=False

[logging]
http_access_log_ignore=
rest_log_ignore=/zato/admin/invoke,

[user_config]
user=./user.conf

[os_environ]
sample_key=sample_value
'''

SECRETS_CONF = '''[secret_keys]
key1={key}

[zato]
well_known_data={well_known_data}
server_conf.kvdb.password={kvdb_password}
server_conf.main.token={token}
server_conf.misc.jwt_secret={jwt_secret}
server_conf.odb.password={odb_password}
'''

OTHER_FILES = {
    'config/repo/pickup.conf': '# Directories watched besides hot_deploy.pickup_dir\n',
    'config/repo/sql.conf': '[mysql+pymysql]\ndisplay_name=MySQL\nping_query=SELECT 1+1\n\n'
        '[postgresql+pg8000]\ndisplay_name=PostgreSQL\nping_query=SELECT 1\n',
    'config/repo/user.conf': '[sample_section]\nsample_key=sample_value\n',
    'config/repo/sso.conf': '[main]\nis_email_required=True\n',
    'config/repo/simple-io.conf': '[int]\nsuffix=_id\n',
    'config/repo/logging.conf': 'loggers:\n  zato:\n    level: INFO\n',
    'config/repo/service-sources.txt': './work/hot-deploy/current\n',
}
