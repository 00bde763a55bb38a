"""The blueprint that all routes of this room hang on."""

from flask import Blueprint

blueprint = Blueprint("ledger", __name__)
