"""create_lb: configuration of the cluster's HAProxy and of its agent (facts §2, §5, §II.4)."""

import json
import os
from uuid import uuid4

from .command import new_directory, say, write
from .odb import zato_info

# Traps kept: the check is a TCP connect, calls are cut after 15 s, 200 connections at most, no server line at all.
_ZATO_CONFIG = r'''# Zato 3.3 stand-in (test double of cdktf-zato, not Zato)

global
    log 127.0.0.1:514 local0 debug # ZATO global:log
    stats socket {target}/haproxy-stat.sock # ZATO global:stats_socket

defaults
    log global
    option httpclose
    timeout connect 15000 # ZATO defaults:timeout connect
    timeout client 15000 # ZATO defaults:timeout client
    timeout server 15000 # ZATO defaults:timeout server
    errorfile 503 {target}/config/repo/503.http
    stats enable
    stats uri /zato-lb-stats # ZATO defaults:stats uri
    stats realm Haproxy\ Statistics
    stats auth admin1:{stats_password}
    stats refresh 5s

backend bck_http_plain
    mode http
    balance roundrobin

# ZATO begin backend bck_http_plain

# ZATO default_backend_empty

# ZATO end backend bck_http_plain

frontend front_http_plain
    mode http
    default_backend bck_http_plain
    option forwardfor
    option httplog # ZATO frontend front_http_plain:option log-http-requests
    bind 0.0.0.0:11223 # ZATO frontend front_http_plain:bind
    maxconn 200 # ZATO frontend front_http_plain:maxconn
    monitor-uri /zato-lb-alive # ZATO frontend front_http_plain:monitor-uri
'''

_HTTP_503 = '''HTTP/1.0 503 Service Unavailable
Cache-Control: no-cache
Connection: close
Content-Type: application/json

{"zato_env":{"details":"No server is available to handle the request","result":"ZATO_ERROR","cid":"stand-in"}}
'''


def execute(args) -> None:
    target = new_directory(args.path)
    os.makedirs(os.path.join(target, 'logs'))
    agent = {
        'haproxy_command': 'haproxy', 'host': 'localhost', 'port': 20151, 'is_tls_enabled': False,
        'work_dir': '../', 'verify_fields': {}, 'log_config': './logging.conf', 'pid_file': 'zato-lb-agent.pid',
    }
    write(target, 'config/repo/lb-agent.conf', json.dumps(agent, indent=2) + '\n')
    write(target, 'config/repo/logging.conf', 'loggers:\n  zato:\n    level: INFO\n')
    write(target, 'config/repo/503.http', _HTTP_503)
    write(target, 'config/repo/zato.config', _ZATO_CONFIG.format(target=target, stats_password=uuid4().hex))
    write(target, '.zato-info', zato_info('LOAD_BALANCER'))
    say('OK')
