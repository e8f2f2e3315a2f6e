"""Store and deliver: settings, errors, ledger, dbt runner, publishing, extracts."""
