"""The one settings object (prefix `THUOCDO_`), and every path derived from it.

Built once at the edge (command, DAG task, test fixture) and handed down; nothing else in
the project reads the environment.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from warehouse.errors import SettingsRefused
from warehouse.wording import fault_vi

PROJECT = Path(__file__).parent.parent
SYNTHETIC_MARK = "SYNTHETIC"
"""File in a state folder whose figures were made up: whatever is done there later says so, too."""


class Settings(BaseSettings):
    """What an office may set; everything else is derived from these by methods."""

    model_config = SettingsConfigDict(env_prefix="THUOCDO_", frozen=True, extra="ignore", hide_input_in_errors=True)

    home: Path = Field(default=Path("var"), description="State folder; everything that must survive is in it")
    now: dt.datetime | None = Field(default=None, description="Fixes the clock (drills, tests, re-creation)")
    plans_folder: Path = Field(default=PROJECT / "plans", description="Folder of the plan files")
    portals_folder: Path = Field(default=PROJECT / "portals", description="Folder of the portal files")
    channels_folder: Path = Field(default=PROJECT / "channels", description="Folder of the channel files")
    channel_secrets: Annotated[dict[str, SecretStr], NoDecode] = Field(
        default={}, description="Passwords of the channels by name, as a JSON object"
    )
    ledger_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy address of the ledger; SQLite in the state folder by default"
    )
    portal_password: SecretStr | None = Field(default=None, description="Password of the portal account")
    portal_address: str | None = Field(default=None, description="Address in place of the portal file's own")
    smtp_host: str | None = Field(default=None, description="Mail server of reminders; none: files only")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port; 465 speaks TLS from the start")
    smtp_user: str | None = Field(default=None, description="Account at the mail server")
    smtp_password: SecretStr | None = Field(default=None, description="Password of that account")
    contacts_file: Path | None = Field(
        default=None, description="Sender and addresses of reminders; contacts.yml in the state folder by default"
    )
    writer_wait_seconds: float = Field(default=30, ge=0, description="How long a writer waits for the one slot")
    snapshots_kept: int = Field(default=5, ge=2, description="Published snapshots kept")
    free_space_mib: int = Field(default=200, ge=0, description="Refuse to start writing below this much room")
    memory_limit: str = Field(
        default="700MB", description="DuckDB memory limit of the build; with dbt itself that makes 1 GiB"
    )
    threads: int = Field(default=2, ge=1, description="DuckDB threads of the build")
    is_driven: bool = Field(default=False, description="A command gives every DAG run itself; no time schedules")
    is_sample: bool = Field(default=False, description="Figures are synthetic; forms, board and extract say so")

    @field_validator("channel_secrets", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        """Read the JSON here: the library's own error would carry the text, and so the passwords."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError('phải là một đối tượng JSON, ví dụ {"ten": "mat-khau"}') from None

    @property
    def root(self) -> Path:
        """The state folder, absolute."""
        return self.home.expanduser().absolute()

    def path(self, *parts: str) -> Path:
        """Return a path below the state folder."""
        return self.root.joinpath(*parts)

    @property
    def landing(self) -> Path:
        """Received bytes, by sha256, immutable."""
        return self.path("landing")

    @property
    def raw(self) -> Path:
        """Our own Parquet: all that DuckDB, dbt and Great Expectations ever read."""
        return self.path("raw")

    @property
    def drop(self) -> Path:
        """Drop folder: `drop/<plan_key>/<unit_code>/`; the folder is the sender's identity."""
        return self.path("drop")

    @property
    def forms(self) -> Path:
        """Issued forms: `forms/<plan_key>/<period>/<unit_code>.xlsx`."""
        return self.path("forms")

    @property
    def build_file(self) -> Path:
        """The one DuckDB file that a build writes."""
        return self.path("warehouse", "build.duckdb")

    @property
    def published(self) -> Path:
        """Folder of published snapshots and of the pointer to the current one."""
        return self.path("warehouse", "published")

    @property
    def extracts(self) -> Path:
        """Extract packages."""
        return self.path("extracts")

    @property
    def messages(self) -> Path:
        """Reminders as they were sent: `messages/<plan_key>/<period>/<unit_code>_<step>.txt`."""
        return self.path("messages")

    @property
    def contacts(self) -> Path:
        """The office's address book; outside git, as addresses are people's."""
        return self.contacts_file or self.path("contacts.yml")

    @property
    def data_docs(self) -> Path:
        """Great Expectations' pages."""
        return self.path("data_docs")

    def as_environment(self) -> dict[str, str]:
        """Return these settings as environment variables, for child processes of our own."""
        values = {name: getattr(self, name) for name in type(self).model_fields} | {"home": self.root}
        return {f"THUOCDO_{name.upper()}": _as_text(value) for name, value in values.items() if value is not None}

    @property
    def ledger_address(self) -> str:
        """SQLAlchemy address of the ledger."""
        if self.ledger_url is not None:
            return self.ledger_url.get_secret_value()
        return f"sqlite:///{self.path('ledger.db')}"


def _as_text(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps({name: _as_text(secret) for name, secret in value.items()})
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


@lru_cache(maxsize=1)
def settings_from_environment() -> Settings:
    """Build the settings; raises SettingsRefused with the name of the wrong setting."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"THUOCDO_{'.'.join(map(str, e['loc'])).upper()}: {fault_vi(dict(e))}" for e in error.errors()
        )
        raise SettingsRefused(f"Thiết lập không hợp lệ: {wrong}. Hãy sửa biến môi trường đó.") from error
    is_marked = settings.path(SYNTHETIC_MARK).exists()
    return settings.model_copy(update={"is_sample": True}) if is_marked else settings
