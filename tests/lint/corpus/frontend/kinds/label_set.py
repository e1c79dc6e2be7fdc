"""Labels a ticket with one of the labels that the team uses."""
import sglc as sgl

LABELS = {"billing", "login", "delivery", "damage", "praise", "other"}
GUIDE = "Read the ticket and choose the label that a colleague would choose. " * 40


def label_list() -> str:
    return ", ".join(LABELS)  # want: PFX301


@sgl.function
def triage(s, ticket: str):
    s += sgl.system(GUIDE + "\nLabels: " + label_list() + ".")
    s += sgl.user(ticket)
    s += sgl.assistant("Label: " + sgl.select("label", choices=sorted(LABELS)))  # want: PFX404


def run(tickets: list[str]) -> list[str]:
    states = triage.run_batch([{"ticket": t} for t in tickets])
    return [s["label"] for s in states]
