import datetime as dt


class Clock:
    def __init__(self, tz: dt.tzinfo | None = None):
        self.tz = tz

    def label(self) -> str:
        return dt.datetime.now(self.tz).strftime("%d.%m.%Y %H:%M")  # want: PFX101
