from .clock import Clock

BODY = "Help with invoices. Never change an amount. Ask for the number of the invoice. " * 12


def build(clock: Clock, company: str) -> str:
    return f"You work at {company}.\nStand: {clock.label()}\n{BODY}"
