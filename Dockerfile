# The dashboard, or with another command the command line. See docs/deploy.md.
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin positions \
    && mkdir -p /store /cache && chown positions /store /cache
COPY --from=build /venv /venv
WORKDIR /app
COPY app.py ./
COPY .streamlit/config.toml .streamlit/
COPY positions positions
COPY seeds seeds
# Compiled while the file system still lets it; unset POSITIONS_DATA means the seeds.
RUN /venv/bin/python -m compileall -q app.py positions
# Everybody who reaches the port may use it: publish it on the host's loopback and put a proxy with a log-in before it.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    TMPDIR=/tmp \
    XDG_CACHE_HOME=/cache \
    HF_HOME=/cache/huggingface \
    POSITIONS_LOG=json \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_FILE_WATCHER_TYPE=none
USER 10001
VOLUME ["/store", "/cache"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
