"""What runs inside the cage: the only code that parses an upload. Imports almost nothing (performance 3)."""
