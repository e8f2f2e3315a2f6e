"""People's pages and the machine interface: they read the published snapshot and the ledger, and change neither."""
