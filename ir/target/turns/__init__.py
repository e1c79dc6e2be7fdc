"""How a chat template writes turns, found out by rendering: what stands between contents, and on what that depends.

Called by `render-turns`, by the reference interpreter, and by direct mode. Everything here asks the template and
knows none by name.
"""

from .contents import Odd, Trim
from .model import Mismatch, Refusal, TurnModel
from .probing import probe
from .words import START, Ask, Order, Role, Turns, orders_of, turns_of

__all__ = [
    "START",
    "Ask",
    "Mismatch",
    "Odd",
    "Order",
    "Refusal",
    "Role",
    "Trim",
    "TurnModel",
    "Turns",
    "orders_of",
    "probe",
    "turns_of",
]
