"""The office's address book: who sends, and where each unit, vice-chair and province read their mail.

A YAML file outside git (`Settings.contacts`), since addresses are people's:

    sender: thuocdo@xa.example.vn
    plans:
      thien-tan-2026:
        units: {vhxh: vhxh@xa.example.vn}
        vice_chair: pct@xa.example.vn
        province: theodoi@tinh.example.vn
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ingestion.chasing.ladder import Role
from warehouse.errors import SettingsRefused

if TYPE_CHECKING:
    from ingestion.chasing.texts import Message
    from warehouse.settings import Settings

# One plain address and nothing that could add a header or a second recipient.
Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanContacts(_Entry):
    """Addresses of one plan's commune."""

    units: dict[str, Address] = {}
    vice_chair: Address | None = None
    province: Address | None = None


class Contacts(_Entry):
    """The whole address book."""

    sender: Address
    plans: dict[str, PlanContacts] = {}

    def recipients(self, message: Message) -> list[str]:
        """Return the addresses of a message's whole audience, each once.

        Raises:
            SettingsRefused: somebody of the audience has no address; nobody is left out in silence.
        """
        known = self.plans.get(message.plan_key, PlanContacts())
        found = {
            Role.UNIT: known.units.get(message.unit_code),
            Role.OFFICE: known.units.get(message.office_code),
            Role.VICE_CHAIR: known.vice_chair,
            Role.PROVINCE: known.province,
        }
        entries = {
            Role.UNIT: f"units.{message.unit_code}",
            Role.OFFICE: f"units.{message.office_code}",
            Role.VICE_CHAIR: "vice_chair",
            Role.PROVINCE: "province",
        }
        absent = [f"plans.{message.plan_key}.{entries[role]}" for role in message.audience if not found[role]]
        if absent:
            raise SettingsRefused(
                f"Danh bạ thiếu địa chỉ {', '.join(absent)}: chưa gửi thư nhắc {message.step} cho "
                f"{message.plan_key}/{message.unit_code}. Hãy bổ sung rồi chạy lại thuocdo remind.",
                absent=absent,
            )
        return list(dict.fromkeys(address for role in message.audience if (address := found[role])))


def read_contacts(settings: Settings) -> Contacts:
    """Read the address book; raises SettingsRefused that names the entry, never an address."""
    path = settings.contacts
    try:
        return Contacts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise SettingsRefused(
            f"Không có tệp danh bạ {path}. Hãy lập tệp đó (sender, plans) hoặc bỏ THUOCDO_SMTP_HOST.", file=str(path)
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise SettingsRefused(f"Không đọc được tệp danh bạ {path}. Hãy sửa cho đúng YAML.", file=str(path)) from None
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, fault["loc"])) or "cả tệp" for fault in error.errors())
        raise SettingsRefused(f"Tệp danh bạ {path} sai ở: {wrong}. Hãy sửa các mục đó.", file=str(path)) from None
