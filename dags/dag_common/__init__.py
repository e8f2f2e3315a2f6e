"""What the DAG files share: defaults, assets, tags, alerts, the run's settings."""
