"""The blueprint that all routes of this room hang on."""

from flask import Blueprint

blueprint = Blueprint("home", __name__)
