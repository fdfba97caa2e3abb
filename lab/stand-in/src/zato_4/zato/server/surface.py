"""What a server answers on paths of its own that are no channels (facts §7)."""

from ..common.http_server import Response

_FORBIDDEN = ('/openapi/', '/mcp/')

# Trap: None closes the connection without an answer.
ANSWERS: dict[str, Response | None] = {
    '/zato/as2': None,
    '/zato/as2/mdn': Response(200, '', 'text/plain'),
}


def by_prefix(path: str) -> Response | None:
    return Response(403, 'Forbidden', 'text/plain') if path.startswith(_FORBIDDEN) else None
