"""The shape of a channel file (`channels/<name>.yml`): a new server is a file, not code.

Every channel file names who sends from where: a subfolder, a key prefix or a mail address is
a sender, and nothing inside a file can change that. Passwords are never in the file; it names
one of the secrets in THUOCDO_CHANNEL_SECRETS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from warehouse.errors import SettingsRefused
from warehouse.record_files import read_record

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Text = Annotated[str, StringConstraints(min_length=1, max_length=250)]
Unit = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,60}/[a-z0-9._-]{1,60}$")]
"""`<plan_key>/<unit_code>`."""
Fingerprint = Annotated[str, StringConstraints(pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")]
"""As `ssh-keygen -l` prints it."""


class Server(BaseModel):
    """What every channel file says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = Field(ge=1, le=1)
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=15)]
    title: Text
    host: Text
    port: int = Field(ge=1, le=65_535)
    username: Text = Field(description="Account; for S3 the access key id")
    secret: Text = Field(description="Name of the password in THUOCDO_CHANNEL_SECRETS")
    senders: dict[str, Unit] = Field(min_length=1, description="Subfolder, key prefix or mail address → unit")
    timeout_seconds: float = Field(default=30, gt=0, description="Longest silence of the server")
    attempts: int = Field(default=3, ge=1)
    first_wait_seconds: float = Field(default=2, ge=0)

    @model_validator(mode="after")
    def _nobody_is_called_done(self) -> Self:
        if "done" in self.senders:
            raise ValueError("'done' là thư mục của tệp đã nhận, không thể là nơi gửi")
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether the server is this machine: the only one that may be spoken to in the clear."""
        return self.host in LOOPBACK

    def sender_of(self, said: str) -> tuple[str | None, str | None]:
        """Return plan key and unit code of a sender; (None, None) for a stranger, who is refused (IDN-01)."""
        unit = self.senders.get(said)
        if unit is None:
            return None, None
        plan_key, _, unit_code = unit.partition("/")
        return plan_key, unit_code


class ClearOrTls(Server):
    """A server that could be spoken to in the clear, and may be only on loopback."""

    tls: bool = True

    @model_validator(mode="after")
    def _tls_off_loopback(self) -> Self:
        if not self.tls and not self.is_loopback:
            raise ValueError("tls phải là true với máy chủ ngoài máy này")
        return self


class SftpServer(Server):
    """An SFTP folder: `<folder>/<sender>/<file>`."""

    kind: Literal["sftp"]
    folder: Text
    host_keys: tuple[Fingerprint, ...] = Field(min_length=1, description="The server has one of these keys")
    settle_seconds: float = Field(default=2, ge=0)


class S3Bucket(ClearOrTls):
    """An S3-compatible bucket: `<prefix>/<sender>/<file>`."""

    kind: Literal["s3"]
    bucket: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^([^/]+/)*[^/]+$", max_length=250)]
    region: Text = "us-east-1"


class Mailbox(ClearOrTls):
    """A mailbox of its own for submissions; the sender is the address of the letter."""

    kind: Literal["mail"]
    folder: Text = "INBOX"
    done_folder: Text = "Da nhan"
    authserv_id: Text | None = Field(default=None, description="Our mail server's name in Authentication-Results")

    @model_validator(mode="after")
    def _sender_is_proven(self) -> Self:
        # Anybody can write any From; only the receiving server's DMARC verdict makes it an identity (RFC 8601).
        if self.authserv_id is None and not self.is_loopback:
            raise ValueError("phải có authserv_id: tên máy chủ thư trong Authentication-Results")
        if self.folder == self.done_folder:
            raise ValueError("done_folder phải khác folder")
        return self

    @model_validator(mode="after")
    def _addresses_in_lower_case(self) -> Self:
        if any(address != address.lower() or "@" not in address for address in self.senders):
            raise ValueError("địa chỉ thư trong senders phải viết thường và có @")
        return self


Channel = Annotated[SftpServer | S3Bucket | Mailbox, Field(discriminator="kind")]
ADAPTER: TypeAdapter[SftpServer | S3Bucket | Mailbox] = TypeAdapter(Channel)


def read_channel(path: Path) -> SftpServer | S3Bucket | Mailbox:
    """Read one channel file.

    Raises:
        SettingsRefused: no YAML, or against the schema; the message names the file and every wrong field.
    """
    channel = read_record(path, ADAPTER, SettingsRefused, "tệp kênh nhận")
    if channel.name != path.stem:
        raise SettingsRefused(
            f"Tệp {path.name}: name là '{channel.name}', phải trùng tên tệp ('{path.stem}').", file=str(path)
        )
    return channel


def read_channels(folder: Path) -> dict[str, SftpServer | S3Bucket | Mailbox]:
    """Read every channel file of a folder, by source name `<kind>:<name>`; no folder, no channels.

    Raises:
        SettingsRefused: at the first broken file.
    """
    read = [read_channel(path) for path in sorted(folder.glob("*.yml"))]
    return {f"{channel.kind}:{channel.name}": channel for channel in read}
