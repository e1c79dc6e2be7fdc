"""Union of three sets."""

from anthropic import Anthropic
client = Anthropic()
SYSTEM = "For a08 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def skill_ids(user, team, chat):
    ids = set(user.skills) | set(team.skills)
    ids |= set(chat.pinned)  # want: PFX301
    return ids
def block(store, user, team, chat):
    out = []
    for sid in skill_ids(user, team, chat):
        s = store.get(sid)
        if s:
            out.append(f"<skill name='{s.name}'>{s.body}</skill>")
    return "\n".join(out)
def ask(store, user, team, chat, history):
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=[{"type":"text","text":SYSTEM},{"type":"text","text":block(store, user, team, chat),"cache_control":{"type":"ephemeral"}}], messages=history)
