import anthropic
from flask import Blueprint, jsonify, request

bp = Blueprint("subject_lines", __name__)
client = anthropic.Anthropic()

SYSTEM = (  # want: PFX405
    "You write subject lines for newsletters. "
    "Give three variants, each under fifty characters. "
    "No exclamation marks, no emojis."
)  # want: PFX405


@bp.post("/subject-lines")
def subject_lines():
    draft = request.get_json()["draft"]
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=200,
        system=[{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],  # want: PFX405
        messages=[{"role": "user", "content": draft}],
    )
    return jsonify(variants=reply.content[0].text.splitlines())
