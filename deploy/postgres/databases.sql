-- Run once by the PostgreSQL image, on an empty volume: one database and one owner for Airflow, one for the ledger.
-- Passwords are read from the secret files, so they stand in no file of ours and on no command line.
\set airflow_password `cat /run/secrets/airflow_database_password`
\set ledger_password `cat /run/secrets/ledger_password`

CREATE ROLE airflow LOGIN PASSWORD :'airflow_password';
CREATE ROLE ledger LOGIN PASSWORD :'ledger_password';
CREATE DATABASE airflow OWNER airflow;
CREATE DATABASE ledger OWNER ledger;
REVOKE ALL ON DATABASE airflow FROM PUBLIC;
REVOKE ALL ON DATABASE ledger FROM PUBLIC;
