#!/bin/sh
# Bring the secret files that this container was given into the settings of Thước Đo, then become the command.
# Airflow's own secrets need no help: docker-compose.yml names them by its `…_CMD` options.
set -eu

if [ -r /run/secrets/ledger_url ]; then
    THUOCDO_LEDGER_URL="$(cat /run/secrets/ledger_url)"
    export THUOCDO_LEDGER_URL
fi
if [ -r /run/secrets/portal_password ]; then
    THUOCDO_PORTAL_PASSWORD="$(cat /run/secrets/portal_password)"
    export THUOCDO_PORTAL_PASSWORD
fi
exec "$@"
