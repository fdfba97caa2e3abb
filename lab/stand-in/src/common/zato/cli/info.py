"""zato info: what the component is and whether it runs (facts §9)."""

import json
import os
from datetime import datetime

from ..common.banner import BANNER
from . import exit_codes
from .command import Exit, say
from .odb import read_component


def add_arguments(parser) -> None:
    parser.add_argument('path')
    parser.add_argument('--format', default='text', choices=('text', 'json', 'yaml'))


def execute(args) -> None:
    path = os.path.abspath(args.path)
    component = read_component(path)
    if not component:
        say(f'No Zato component found at `{path}`')
        raise Exit(exit_codes.NOT_A_ZATO_COMPONENT)
    rows: dict[str, object] = {'component_full_path': path, 'component_name': component, 'component_version': BANNER,
        'component_running': False, 'current_time': datetime.now()}
    if master := _running(path):
        with open(f'/proc/{master}/task/{master}/children', encoding='utf8') as source:
            workers = source.read().split()
        rows.update(component_running=True, master_proc_pid=master, master_proc_workers_no=len(workers),
            master_proc_workers_pids=', '.join(workers))
    if args.format == 'json':
        say(json.dumps(rows))  # trap (facts §9): TypeError, because a datetime is no JSON
    say('\n'.join(f'| {name:<28} | {value}' for name, value in rows.items()))


def _running(path: str) -> int | None:
    try:
        with open(os.path.join(path, 'pidfile'), encoding='utf8') as source:
            pid = int(source.read())
        os.kill(pid, 0)
        return pid
    except (OSError, ValueError):
        return None
