"""A talk at the terminal: before each answer, the servers that can't be pinged are left out."""

import anthropic

client = anthropic.Anthropic()


def is_there(server) -> bool:
    try:
        server.ping()
    except ConnectionError:
        return False
    else:
        return True


def talk(rules: str, servers: list) -> None:
    said = []
    while True:
        said.append({"role": "user", "content": input("> ")})
        tools = []
        for server in sorted(servers, key=lambda s: s.name):
            if is_there(server):  # want: PFX305
                tools.append({"name": server.name, "description": server.about, "input_schema": server.form})
        reply = client.messages.create(
            model="claude-sonnet-5", max_tokens=800, system=rules, tools=tools, messages=said
        )
        said.append({"role": "assistant", "content": reply.content})
