"""What the prepared interpreter has done before it is forked: all that only the first intake of a process pays."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.ingestion.kill.scene import prepare

with tempfile.TemporaryDirectory() as _folder:
    prepare(Path(_folder))
