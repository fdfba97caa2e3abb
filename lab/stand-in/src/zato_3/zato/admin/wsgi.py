"""Names the application that bin/gunicorn is started with: zato.admin.wsgi:application."""

from .app import WebAdmin as application  # noqa: F401
