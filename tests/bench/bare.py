"""The yardstick: one page by template inheritance with one query of ten rows, on the bare stack."""

from __future__ import annotations

import os

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import select, text

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.jinja_loader = DictLoader(
    {
        "frame.html": "<!doctype html><html lang=en><title>{% block t %}{% endblock %}</title>"
        "<body>{% for i in range(40) %}<p class=x>{{ i }}</p>{% endfor %}{% block b %}{% endblock %}",
        "page.html": "{% extends 'frame.html' %}{% block t %}bare{% endblock %}"
        "{% block b %}{% for row in rows %}<p>{{ row.name }}</p>{% endfor %}{% endblock %}",
    }
)
db = SQLAlchemy(app)
ROWS = select(text("name")).select_from(text("schedule")).limit(10)


@app.get("/")
def page() -> str:
    """Show ten rows."""
    return render_template("page.html", rows=db.session.execute(ROWS).all())
