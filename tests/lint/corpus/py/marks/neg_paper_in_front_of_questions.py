"""The marked block holds a paper that several questions are asked about."""

import anthropic

client = anthropic.Anthropic()
RULES = "Keep to the house rules, answer briefly, and cite the article you rely on. " * 90


def cached(text):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def ask(paper, questions):
    answers = []
    for question in questions:
        content = [cached(paper), {"type": "text", "text": question}]
        answers.append(
            client.messages.create(
                model="claude-sonnet-4-5",
                max_tokens=500,
                system=RULES,
                messages=[{"role": "user", "content": content}],
            )
        )
    return answers
