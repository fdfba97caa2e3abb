"""The command line: bin/zato runs zato.cli.main."""
