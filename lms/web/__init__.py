"""Flask-side tools, no domain words: guards, htmx, forms, refusals, ports, language, dates."""
