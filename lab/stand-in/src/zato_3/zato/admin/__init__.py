"""Web-admin: bin/gunicorn zato.admin.wsgi:application (3.3) or python -m zato.admin.main (3.2)."""
