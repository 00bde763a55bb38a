"""Routes of the check-ins room: the student's side, the class, the desk."""

from flask import Blueprint

blueprint = Blueprint("checkins", __name__)

from lms.learning.checkins.routes import classes, desk, hand_ins, student  # noqa: E402, F401
