# One image, four commands: heatledger ingest, heatledger dashboard, heatledger reports, heatledger control.
FROM python:3.12-slim

# Inter is what the pages are set in; it is served from the image's own fonts.
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-inter \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY heatledger heatledger
COPY ingest ingest
COPY dashboard dashboard
COPY reports reports
COPY control control
COPY cli cli
COPY grafana-free-config grafana-free-config
COPY docs docs
RUN pip install --no-cache-dir --no-deps . \
 && rm -rf /app \
 && useradd --system --uid 10001 --home-dir /data heatledger \
 && install -d -o heatledger -g heatledger -m 0750 /data

ENV HEATLEDGER_DATA=/data \
    PYTHONUNBUFFERED=1
WORKDIR /data
USER heatledger
VOLUME /data
EXPOSE 8050

# Configuration can be read, broker and store can be reached; the compose file asks ingest and dashboard more.
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s --retries=3 CMD ["heatledger", "check"]

ENTRYPOINT ["heatledger"]
CMD ["dashboard", "--host", "0.0.0.0"]
