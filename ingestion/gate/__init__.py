"""The gate: what an upload's bytes give away before any reader sees them (reliability 3b, M4, M5)."""

from ingestion.gate.inspection import GateVerdict, inspect

__all__ = ["GateVerdict", "inspect"]
