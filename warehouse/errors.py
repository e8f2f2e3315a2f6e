"""The one tree of errors.

Each error says what happened, where, and what to do next, in Vietnamese (the language of
the people who read it); its facts are attributes, so that `--json` can print them.
`exit_code` is the contracted exit code of the commands (design 4.3): 1 failed, 2 usage,
3 input refused. `retryable` tells the scheduler whether trying again can help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ThuocDoError(Exception):
    """Root of every error that Thước Đo raises on purpose."""

    exit_code = 1
    retryable = False
    code = "ERR-00"

    def __init__(self, message: str, **facts: object) -> None:
        """Keep the sentence for people and the facts for machines."""
        self.message = message
        self.facts = facts
        super().__init__(message)


class UsageError(ThuocDoError):
    """The caller asked for something that does not exist (plan, period, unit, flag…)."""

    exit_code = 2
    code = "USE-01"


class InputRefused(ThuocDoError):
    """Input was read and refused; nothing of it was stored as a figure."""

    exit_code = 3
    code = "INP-01"


class PlanRefused(InputRefused):
    """A plan file breaks the plan schema or contradicts itself."""

    code = "PLAN-01"


class SettingsRefused(UsageError):
    """A setting is missing or cannot be used."""

    code = "SET-01"


class WriterBusy(ThuocDoError):
    """Another process holds the one writer lock of the warehouse."""

    retryable = True
    code = "WRT-01"


class StorageFull(ThuocDoError):
    """The disk has no room; nothing half-written was kept."""

    code = "DSK-01"


class SourceUnavailable(ThuocDoError):
    """An outside source (portal, mailbox, server) did not answer as agreed."""

    retryable = True
    code = "SRC-01"


class SourceContractBroken(ThuocDoError):
    """An outside source answered with something that its contract does not allow."""

    code = "SRC-02"


class BuildFailed(ThuocDoError):
    """dbt or a blocking check failed; the published snapshot is unchanged."""

    code = "BLD-01"


class ReconciliationFailed(ThuocDoError):
    """Ledger and warehouse disagree; rebuild before anything else."""

    code = "REC-01"


class NotPublished(ThuocDoError):
    """No snapshot has been published yet."""

    code = "PUB-01"


FAILURES_OF_A_SOURCE = (SourceUnavailable, SourceContractBroken, SettingsRefused, WriterBusy)
"""What may go wrong with one source while the others are collected all the same."""


def told_together(failures: Mapping[str, ThuocDoError]) -> ThuocDoError:
    """Make one error of those of several sources, by name; a retryable one's class, where trying again can help."""
    first = min(failures.values(), key=lambda failure: not failure.retryable)
    if len(failures) == 1:
        return first
    return type(first)(" ".join(failure.message for failure in failures.values()), sources=list(failures))
