"""Trap (measured on 3.3): whoever imports this module fails."""

raise ImportError("cannot import name 'HTTPException' from 'zato.common.api'")
