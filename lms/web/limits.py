"""Rate limits. Counted per process in memory, exactly across processes with LIMITS_URL=redis://…"""

from __future__ import annotations

from flask import request
from flask_limiter import Limiter
from flask_login import current_user


def caller() -> str:
    """Count signed-in people by person, since a whole school may share one address; others by address."""
    if current_user and current_user.is_authenticated:
        return f"person:{current_user.get_id()}"
    return f"address:{request.remote_addr or 'unknown'}"


limiter = Limiter(key_func=caller, headers_enabled=True)
