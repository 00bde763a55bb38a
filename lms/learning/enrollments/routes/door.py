"""The blueprint of the enrollments room."""

from flask import Blueprint

blueprint = Blueprint("enrollments", __name__)
