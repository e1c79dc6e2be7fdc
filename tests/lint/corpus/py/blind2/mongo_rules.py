from pymongo import MongoClient
import anthropic

db = MongoClient("mongodb://rules-db:27017").compliance
client = anthropic.Anthropic()


def active_rules(country: str) -> str:
    cursor = db.rules.find({"country": country, "active": True}, {"_id": 0, "code": 1, "text": 1})  # want: PFX301
    return "\n".join("{code}: {text}".format(**doc) for doc in cursor)


class Reviewer:
    def __init__(self, country: str):
        self.country = country

    def _system(self):
        return [
            {
                "type": "text",
                "text": "You review marketing claims.\n\n" + active_rules(self.country),  # want: PFX301
                "cache_control": {"type": "ephemeral"},
            }
        ]

    def review(self, claim: str) -> str:
        reply = client.messages.create(
            model="claude-sonnet-4-5",
            max_tokens=700,
            system=self._system(),
            messages=[{"role": "user", "content": claim}],
        )
        return reply.content[0].text
