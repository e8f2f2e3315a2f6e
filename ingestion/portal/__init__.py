"""Public-service portals: pull dossiers politely, drop what names a citizen, land the rest."""
