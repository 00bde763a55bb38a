"""The room's blueprint, which its addresses are hung on."""

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)
