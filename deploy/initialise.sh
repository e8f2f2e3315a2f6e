#!/bin/sh
# Make the service ready for its first start, or for a new version; running it again changes nothing.
# The pools are those of warehouse/airflow/service.py (a test compares them).
set -eu

airflow db migrate
airflow pools set warehouse_writer 1 "Một lượt ghi kho dữ liệu tại một thời điểm"
airflow pools set intake 1 "Tiếp nhận tệp và hồ sơ"
# The password is asked for twice and read from standard input: a command line can be read by every user of the host.
password="$(cat /run/secrets/airflow_admin_password)"
printf '%s\n%s\n' "$password" "$password" | airflow users create --role Admin --username thuocdo \
    --firstname Thước --lastname Đo --email thuocdo@example.invalid
python -c 'from warehouse import ledger, settings; ledger.open_ledger(settings.settings_from_environment())'
