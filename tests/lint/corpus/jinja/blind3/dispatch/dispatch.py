from datetime import datetime
from pathlib import Path
from uuid import uuid4

from anthropic import Anthropic
from jinja2 import Environment, FileSystemLoader

HERE = Path(__file__).parent
env = Environment(loader=FileSystemLoader(HERE))
env.globals["now"] = datetime.now
client = Anthropic()
SYSTEM = (HERE / "dispatch_system.md").read_text()


def assess(caller: str, report: str) -> str:
    text = env.get_template("user_turn.j2").render(ticket_id=uuid4().hex[:8], caller=caller, report=report)
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=500,
        system=[{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": text}],
    )
    return reply.content[0].text
