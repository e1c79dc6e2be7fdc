from openai import OpenAI

client = OpenAI()

BLOCKED = frozenset({"medical advice", "legal advice", "tax advice"})


class TopicPolicy:
    def __init__(self, tenant_topics: set[str], base: set[str]):
        self.topics = (tenant_topics | base) - BLOCKED

    def __contains__(self, topic: str) -> bool:
        return topic in self.topics

    def render(self) -> str:
        return "\n".join(f"- {t}" for t in sorted(self.topics))


def answer(policy: TopicPolicy, guide: str, topic: str, question: str) -> str | None:
    if topic not in policy:
        return None
    r = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[
            {"role": "system", "content": f"{guide}\n\nTopics you may discuss:\n{policy.render()}"},
            {"role": "user", "content": question},
        ],
    )
    return r.choices[0].message.content
