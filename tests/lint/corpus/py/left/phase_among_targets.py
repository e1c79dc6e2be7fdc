"""A ferry's ticket desk: which tools there are, its phase says, and a tool's run moves that on."""
from anthropic import Anthropic

client = Anthropic()
DESK = "Sell no place twice. Ask for the length of the car. A dog travels free. Say the time of departure. " * 80
ALL = [
    {"name": "find_ferry", "description": "Find a ferry", "input_schema": {"type": "object"}},
    {"name": "hold_place", "description": "Hold a place", "input_schema": {"type": "object"}},
]
PHASES = {"find_ferry": 0, "hold_place": 1}


class Desk:
    """One passenger at the desk."""

    def __init__(self, office):
        self.office = office
        self.said = []
        self.phase = 0

    def run(self, block):
        """Runs a tool; the office says what comes next."""
        told, self.phase = self.office.execute(block.name, block.input)  # want: PFX305
        return {"type": "tool_result", "tool_use_id": block.id, "content": told}

    def on_deck(self):
        """The tools of this phase."""
        return [each for each in ALL if PHASES[each["name"]] <= self.phase]

    def serve(self, words):
        """One turn of the passenger."""
        self.said.append({"role": "user", "content": words})
        while True:
            answer = client.messages.create(
                model="claude-sonnet-5", max_tokens=600, system=DESK, tools=self.on_deck(), messages=self.said
            )
            self.said.append({"role": "assistant", "content": answer.content})
            wanted = [block for block in answer.content if block.type == "tool_use"]
            if not wanted:
                return answer.content[0].text
            self.said.append({"role": "user", "content": [self.run(block) for block in wanted]})


def office(harbour):
    """What the office says in the morning."""
    told = client.messages.create(
        model="claude-sonnet-5", max_tokens=60, messages=[{"role": "user", "content": f"Greet {harbour}."}]
    )
    return told.content[0].text
