"""The server: a master that forks workers, started as python -m zato.server.main."""
