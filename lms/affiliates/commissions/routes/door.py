"""The blueprint that the files of this folder fill."""

from flask import Blueprint

blueprint = Blueprint("commissions", __name__)
