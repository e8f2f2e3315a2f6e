"""Run Apache Airflow as a service of this machine: environment, processes, REST client."""
