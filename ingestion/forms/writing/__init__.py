"""How a form, a slip and their CSV and JSON kin are written."""
