"""The scheduler: one process, started as python -m zato.scheduler.main."""
