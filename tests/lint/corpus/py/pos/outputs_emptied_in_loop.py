"""In a loop of calls and results, only the newest results are sent whole."""

from openai import OpenAI

client = OpenAI()
RULES = "Find the leak. Read the plan of a floor before you name a pipe of it. " * 80
WHOLE = 3
SHORT = "(seen before)"


def thinned(items: list[dict]) -> list[dict]:
    results = [n for n, item in enumerate(items) if item.get("type") == "function_call_output"]
    seen = set(results[:-WHOLE])
    return [{**item, "output": SHORT} if n in seen else item for n, item in enumerate(items)]  # want: PFX207


def find(complaint: str, tools: list[dict], plans) -> str:
    items: list[dict] = [{"role": "user", "content": complaint}]
    while True:
        reply = client.responses.create(
            model="gpt-5.1", instructions=RULES, tools=tools, input=thinned(items), store=False
        )
        items += [each.model_dump() for each in reply.output]
        calls = [each for each in reply.output if each.type == "function_call"]
        if not calls:
            return reply.output_text
        for call in calls:
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": plans(call)})
