"""Trap (facts §9): pages of errors are those of a developer, with the settings, and whoever asks sees them, without a log-in."""

import os

from ..common.http_server import Request, Response
from .site import page

_NOTE = "You're seeing this error because you have DEBUG = True in your Django settings file."


def failure(request: Request, error: Exception) -> Response:
    return page(500, f'{type(error).__name__} at {request.path}', [str(error), *_settings()])


def not_found(request: Request) -> Response:
    return page(404, f'Page not found at {request.path}', _settings())


def _settings() -> list[str]:
    return [_NOTE, f"BASE_DIR = {os.environ.get('Zato_Dashboard_Base_Dir')}"]
