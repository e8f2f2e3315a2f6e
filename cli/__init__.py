"""Commands that only wire."""
