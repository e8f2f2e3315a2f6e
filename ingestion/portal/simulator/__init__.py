"""A portal that speaks the contract of `portals/demo.yml` with synthetic dossiers: for demo and tests.

No real person, procedure or dossier is in it. Every personal field carries an obvious canary, so
that a test can prove that none of them reaches storage or a log.
"""
