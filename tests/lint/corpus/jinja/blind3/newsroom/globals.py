"""Values that all templates of the newsroom share."""
from datetime import datetime
from zoneinfo import ZoneInfo


def shared_context() -> dict[str, str]:
    local = datetime.now(ZoneInfo("America/Toronto"))  # want: PFX101 PFX201
    return {"wall_clock": local.strftime("%I:%M:%S %p"), "edition": "morning" if local.hour < 12 else "evening"}  # want: PFX101 PFX201
