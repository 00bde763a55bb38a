"""The blueprint that the files of this folder fill."""

from flask import Blueprint

blueprint = Blueprint("shop", __name__)
