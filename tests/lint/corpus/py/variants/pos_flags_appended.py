"""Two flags of a guest add lines in front of the house rules."""

from anthropic import Anthropic

client = Anthropic()
HOUSE = "Breakfast is from seven to ten. The pool closes at nine. Quiet hours begin at eleven. " * 60


def reply(guest, turns):
    lines = ["You are the night porter of a hotel."]
    if guest.loyalty >= 2:
        lines.append("Offer the late departure without being asked.")
    if guest.with_children:  # want: PFX206
        lines.append("Mention the family room.")
    lines.append(HOUSE)
    system = "\n".join(lines)
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=300, system=system, messages=turns)
