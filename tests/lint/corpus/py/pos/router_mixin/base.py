from datetime import datetime
from zoneinfo import ZoneInfo

RULES = "Answer from the handbook only. Quote the section. Say when the handbook is silent. " * 12


class PromptMixin:
    timezone = "Europe/Lisbon"

    def system_prompt(self) -> str:
        now = datetime.now(tz=ZoneInfo(self.timezone))  # want: PFX101
        return "\n\n".join([f"Local time: {now.isoformat(timespec='minutes')}", RULES])
