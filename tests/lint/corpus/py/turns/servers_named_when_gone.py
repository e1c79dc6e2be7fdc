"""All tools are offered each time; which servers don't answer is said in the newest message."""

import anthropic

client = anthropic.Anthropic()


def is_there(server) -> bool:
    try:
        server.ping()
    except ConnectionError:
        return False
    return True


def turn(rules: str, servers: list, tools: list[dict], said: list[dict], text: str):
    gone = [server.name for server in servers if not is_there(server)]
    said.append({"role": "user", "content": f"{text}\nNot reached: {', '.join(gone)}"})
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=800, system=rules, tools=tools, messages=said
    )
