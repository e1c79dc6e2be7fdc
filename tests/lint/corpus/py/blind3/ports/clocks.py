from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    def __init__(self, zone: str = "Europe/Madrid"):
        self._zone = ZoneInfo(zone)

    def now(self) -> datetime:
        return datetime.now(tz=self._zone)  # want: PFX101 PFX201
