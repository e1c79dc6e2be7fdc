"""Skills of three scopes are united; the order differs from worker to worker."""

from openai import OpenAI

client = OpenAI()
BASE = "Use a skill where one fits. " * 90


def skills(user, team, company) -> list[str]:
    return list(set(user.skills) | set(team.skills) | set(company.skills))  # want: PFX301


def ask(user, team, company, text: str):
    listed = "\n".join(f"* {s}" for s in skills(user, team, company))
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": listed + "\n" + BASE},
            {"role": "user", "content": text},
        ],
    )
