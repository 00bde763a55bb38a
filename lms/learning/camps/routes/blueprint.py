"""The blueprint that the room's pages hang on."""

from flask import Blueprint

from lms.learning.camps import words

blueprint = Blueprint("camps", __name__)
blueprint.context_processor(lambda: {"words": words})
