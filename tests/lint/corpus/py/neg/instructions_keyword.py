"""An object with instructions that is no agent: a form for a printer."""
from datetime import datetime

from printing import Label


def label(parcel) -> Label:
    return Label(title=parcel.id, instructions=f"Printed {datetime.now():%H:%M}. Keep dry.")
