from openai import OpenAI

client = OpenAI()
RULES = "You recommend films. Never name a film twice. " * 90
TOOLS = {}
RULESET = []


def tool(fn):
    TOOLS[fn.__name__] = {"type": "function", "function": {"name": fn.__name__, "description": fn.__doc__}}
    RULESET.append(f"Use {fn.__name__} where it helps.")
    return fn


@tool
def find(title: str) -> str:
    """Find a film."""
    return title


def ask(turns: list[dict]) -> str:
    head = "\n".join([RULES, *RULESET])
    r = client.chat.completions.create(model="gpt-4.1", tools=list(TOOLS.values()), messages=[{"role": "system", "content": head}, *turns])
    return r.choices[0].message.content
