"""Reads of the commissions room: plans, lines and their explanation, sums, and what is due."""

from lms.affiliates.commissions.queries.due import known_until, partners_due, partners_to_redate, redatable
from lms.affiliates.commissions.queries.explaining import Explanation, Reversal, explain
from lms.affiliates.commissions.queries.lines import LIST_STATES, Line, commission_source, list_lines, list_months
from lms.affiliates.commissions.queries.plans import (
    InForce,
    Plan,
    Version,
    expected_rate,
    get_plan,
    get_version,
    in_force,
    list_plans,
    list_versions,
    plan_for,
    plans_of,
    promised,
    still_to_come,
)
from lms.affiliates.commissions.queries.sums import (
    Coming,
    Earned,
    PeriodSum,
    earned_today,
    next_release,
    sums_by_period,
)

__all__ = [
    "LIST_STATES",
    "Coming",
    "Earned",
    "Explanation",
    "InForce",
    "Line",
    "PeriodSum",
    "Plan",
    "Reversal",
    "Version",
    "commission_source",
    "earned_today",
    "expected_rate",
    "explain",
    "get_plan",
    "get_version",
    "in_force",
    "known_until",
    "list_lines",
    "list_months",
    "list_plans",
    "list_versions",
    "next_release",
    "partners_due",
    "partners_to_redate",
    "plan_for",
    "plans_of",
    "promised",
    "redatable",
    "still_to_come",
    "sums_by_period",
]
