"""The servers are pinged before the talk begins; who answered then is offered until it ends."""

import anthropic

client = anthropic.Anthropic()


def is_there(server) -> bool:
    try:
        server.ping()
    except ConnectionError:
        return False
    return True


def talk(rules: str, servers: list) -> None:
    said = []
    tools = []
    for server in sorted(servers, key=lambda s: s.name):
        if is_there(server):
            tools.append({"name": server.name, "description": server.about, "input_schema": server.form})
    while True:
        said.append({"role": "user", "content": input("> ")})
        reply = client.messages.create(
            model="claude-sonnet-5", max_tokens=800, system=rules, tools=tools, messages=said
        )
        said.append({"role": "assistant", "content": reply.content})
