"""The cage: the one way to open an upload (rule R10). Values come out, nothing else does."""

from ingestion.cage.coordinator import LANES, Cage, read_sheets, shared_cage
from ingestion.cage.records import CagedFile, CagedSheet, CageRefused, Cell, hidden_data

__all__ = [
    "LANES", "Cage", "CageRefused", "CagedFile", "CagedSheet", "Cell", "hidden_data", "read_sheets", "shared_cage",
]  # fmt: skip
