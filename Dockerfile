# One image for every service of docker-compose.yml but PostgreSQL and Redis.
# Pinned by tag; write the digest behind it once it has been pulled (see the head of docker-compose.yml).

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
# Only what the lock names, and only with the bytes it names.
RUN /opt/venv/bin/pip install --no-deps --require-hashes --requirement /tmp/base.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 thuocdo \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/thuocdo --shell /usr/sbin/nologin thuocdo \
    # New named volumes take over the owner of these folders.
    && install --directory --owner=thuocdo --group=thuocdo --mode=0750 /var/lib/thuocdo /var/log/airflow
COPY --from=packages /opt/venv /opt/venv
COPY . /opt/thuocdo
# The `thuocdo` command; editable, because plans, dbt models and DAGs are read from the tree.
RUN /opt/venv/bin/pip install --no-deps --no-index --no-build-isolation --editable /opt/thuocdo
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/thuocdo \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    THUOCDO_HOME=/var/lib/thuocdo
WORKDIR /opt/thuocdo
USER 10001:10001
ENTRYPOINT ["sh", "/opt/thuocdo/deploy/entrypoint.sh"]
CMD ["thuocdo", "--help"]
