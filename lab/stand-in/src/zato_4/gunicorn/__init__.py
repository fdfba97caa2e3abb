"""What `python -m gunicorn` starts: the dashboard, and nothing else."""
