"""Normalisation of what people type: text, numbers, dates. Certain or refused, never guessed (design 2.9)."""
