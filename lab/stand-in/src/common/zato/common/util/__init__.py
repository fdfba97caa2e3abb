"""What the command line, the server, the scheduler and web-admin share."""
