"""Every asset through which DAGs meet, and nowhere else."""

from airflow.sdk import Asset

SUBMISSIONS = Asset(name="raw_submissions", uri="thuocdo://raw/submissions")
DOSSIERS = Asset(name="raw_dossiers", uri="thuocdo://raw/dossiers")
SNAPSHOT = Asset(name="published_snapshot", uri="thuocdo://warehouse/published")
