"""Facts are kept in a set that is annotated in the class."""
from dataclasses import dataclass, field
import litellm


@dataclass
class Profile:
    facts: set[str] = field(default_factory=set)

    def learn(self, fact: str) -> None:
        self.facts.add(fact)


def reply(profile: Profile, history: list[dict]):
    known = "; ".join(profile.facts)  # want: PFX301 PFX201
    system = "You are a companion. " * 150 + known
    return litellm.completion(model="openai/gpt-5.1", messages=[{"role": "system", "content": system}, *history])
