"""The blueprint that all routes of the room hang on."""

from flask import Blueprint

blueprint = Blueprint("questions", __name__)
