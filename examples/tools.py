"""Host functions for examples/agent.sgl: `sglc run examples/agent.sgl --host examples/tools.py`."""

_FACTS = {
    "eiffel tower": "The Eiffel Tower is 330 metres tall and stands in Paris.",
    "mont blanc": "Mont Blanc is 4,806 metres high.",
    "paris": "Paris is the capital of France; about 2.1 million people live there.",
}


def search(query: str) -> str:
    """Look a fact up in a very small encyclopedia."""
    for name, fact in _FACTS.items():
        if name in query.lower():
            return fact
    return "Nothing was found."
