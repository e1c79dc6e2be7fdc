"""The folder of the editor stands above the rules."""
import anthropic

client = anthropic.Anthropic()
RULES = "Answer questions about the code base. Quote file and line. " * 70


def ask(ctx, messages: list[dict]):
    system = f"Folder: {ctx.cwd}\n" + RULES  # want: PFX105 PFX201
    return client.messages.create(model="claude-sonnet-5", max_tokens=700, system=system, messages=messages)
