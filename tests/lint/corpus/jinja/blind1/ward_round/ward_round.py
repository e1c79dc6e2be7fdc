from datetime import datetime
from pathlib import Path

import prompty
import prompty.azure

HERE = Path(__file__).parent


def draft(notes: str) -> str:
    return prompty.execute(
        str(HERE / "ward_round.prompty"),
        inputs={"current_time": datetime.now().strftime("%d.%m.%Y %H:%M"), "notes": notes},  # want: PFX101 PFX201
    )
