from openai import OpenAI

client = OpenAI()
RULES = "You help to fill an application for a loan. " * 80


def head(case) -> str:
    return f"Phase: {case.phase}\n{RULES}"


def talk(repo, case_id: str, words: str) -> str:
    case = repo.get(case_id)
    turns = repo.turns(case_id)
    r = client.chat.completions.create(
        model="gpt-4.1", messages=[{"role": "system", "content": head(case)}, *turns, {"role": "user", "content": words}]
    )
    text = r.choices[0].message.content
    if "DONE" in text:
        case.phase = "closing"  # want: PFX201
    repo.save(case)
    return text
