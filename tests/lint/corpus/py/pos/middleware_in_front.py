"""A gateway puts a block with the number of the request in front of the caller's system list."""

import itertools

import anthropic

client = anthropic.Anthropic()
_numbers = itertools.count(1)


def forward(body: dict):
    system = list(body["system"])
    system.insert(0, {"type": "text", "text": f"Gateway request {next(_numbers)}."})  # want: PFX102 PFX201 PFX602
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=1000,
        system=system,
        messages=body["messages"],
    )
