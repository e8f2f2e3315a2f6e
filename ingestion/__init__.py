"""Intake: landing, gate, cage, forms, normalisation, portal client."""
