"""zato.groups.*: groups of security definitions that channels take clients of."""

import json

from ..registry import Call, service

_KIND = 'zato.groups'
_CHANNELS = "SELECT id, opaque1 FROM http_soap WHERE connection = 'channel' AND cluster_id = %(cluster)s"


def ids_of(call: Call, session, names) -> list[int]:
    rows = session.all('SELECT id, name FROM generic_object WHERE type_ = %(type)s AND cluster_id = %(cluster)s', type=_KIND,
        cluster=call.server.cluster_id)
    known = {row['name']: row['id'] for row in rows}
    for name in names:
        if not isinstance(name, int) and name not in known:
            raise ValueError(f"invalid literal for int() with base 10: '{name}' (Could not find ID for group '{name}')")
    return [name if isinstance(name, int) else known[name] for name in names]


def _members(row: dict) -> list[str]:
    return json.loads(row['opaque1'] or '{}').get('members', [])


def _described_members(session, row: dict) -> list[dict]:
    """Trap (read in 3.3): what is no more stays a member, and nobody can list the group after that."""
    found = []
    for member in _members(row):
        sec_type, security_id = member.split('-')
        definition = session.first('SELECT name FROM sec_base WHERE id = %(id)s', id=int(security_id))
        found.append({'name': definition['name'], 'sec_type': sec_type, 'security_id': int(security_id)})  # type: ignore[index]
    return found


def _row(session, group_id) -> dict:
    return session.one('SELECT * FROM generic_object WHERE id = %(id)s AND type_ = %(type)s', id=int(group_id), type=_KIND)


def _change(session, group_id, members: list[str], is_added: bool) -> None:
    row = _row(session, group_id)
    others = [member for member in _members(row) if member not in members]
    session.update('generic_object', row['id'], opaque1=json.dumps({'members': others + (members if is_added else [])}))


def _member_ids(session, names) -> list[str]:
    found = []
    for name in names:
        name = name['name'] if isinstance(name, dict) else name
        row = session.first('SELECT id, sec_type FROM sec_base WHERE name = %(name)s', name=name)
        found += [f"{row['sec_type']}-{row['id']}"] if row else []
    return found


@service('zato.groups.get-list', 'group_type', wrapped=False)
def get_list(call: Call):
    with call.server.odb.session() as session:
        rows = session.all('SELECT * FROM generic_object WHERE type_ = %(type)s AND cluster_id = %(cluster)s ORDER BY name', type=_KIND,
            cluster=call.server.cluster_id)
        members = {row['id']: _described_members(session, row) for row in rows} if call.input.needs_members else {}
    return [{'id': row['id'], 'name': row['name'], 'member_count': len(_members(row)), **({'members': members[row['id']]} if members else {})}
        for row in rows]


@service('zato.groups.create', 'group_type', 'name')
def create(call: Call):
    with call.server.odb.session() as session:
        row_id = session.insert('generic_object', type_=_KIND, name=call.input.name, opaque1='{}', cluster_id=call.server.cluster_id)
        _change(session, row_id, _member_ids(session, call.input.get('members') or []), True)
    return {'id': row_id, 'name': call.input.name}


@service('zato.groups.edit', 'id', 'group_type', 'name')
def edit(call: Call):
    """Traps (tried on 3.3): members are maps of their names here; and without any there is no change of them."""
    wanted = {member['name'] for member in call.input.get('members') or []}
    with call.server.odb.session() as session:
        row = _row(session, call.input.id)
        session.update('generic_object', row['id'], name=call.input.name)
        if wanted:
            there = {member['name'] for member in _described_members(session, row)}
            _change(session, row['id'], _member_ids(session, there - wanted), False)
            _change(session, row['id'], _member_ids(session, wanted - there), True)
    return {'id': row['id'], 'name': call.input.name}


@service('zato.groups.get-member-list', 'group_type', 'group_id', wrapped=False)
def get_member_list(call: Call):
    with call.server.odb.session() as session:
        return _described_members(session, _row(session, call.input.group_id))


@service('zato.groups.edit-member-list', 'group_action', 'group_id')
def edit_member_list(call: Call):
    with call.server.odb.session() as session:
        members = call.input.get('member_id_list') or _member_ids(session, call.input.get('members') or [])
        _change(session, call.input.group_id, members, call.input.group_action == 'add')


@service('zato.groups.delete', 'id')
def delete(call: Call):
    """Trap (read in 3.3): channels lose it, and let everybody in where it was all that they had."""
    with call.server.odb.session() as session:
        row = _row(session, call.input.id)
        for channel in session.all(_CHANNELS, cluster=call.server.cluster_id):
            opaque = json.loads(channel['opaque1'] or '{}')
            if row['id'] in opaque.get('security_groups', []):
                opaque['security_groups'].remove(row['id'])
                session.update('http_soap', channel['id'], opaque1=json.dumps(opaque))
        session.run('DELETE FROM generic_object WHERE id = %(id)s', id=row['id'])
