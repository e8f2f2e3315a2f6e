"""The form that a unit fills in: what it asks, how it looks, how it is read back."""
