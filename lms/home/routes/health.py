"""For load balancers and watchers: is it alive, may it take requests."""

from flask import Response, jsonify

from lms.home.queries.health import check_readiness
from lms.home.routes.door import blueprint
from lms.kernel.work import begin_read
from lms.web.guards import public


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """Answer that the process lives; the database is not asked."""
    return Response("ok", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Answer whether requests may come here, with what is wrong."""
    found = check_readiness(begin_read())
    body = jsonify(
        ready=found.is_ready,
        problems=list(found.problems),
        migration=found.migration,
        clock_skew_seconds=found.clock_skew_seconds,
        outbox={
            "waiting": found.waiting,
            "dead": found.dead,
            "oldest_waiting_seconds": found.oldest_waiting_seconds,
        },
    )
    return body, 200 if found.is_ready else 503
