from openai import OpenAI

client = OpenAI()
RULES = "You help to fill an application for a loan. " * 80


def talk(repo, case_id: str, words: str) -> str:
    case = repo.get(case_id)
    turns = repo.turns(case_id)
    r = client.chat.completions.create(
        model="gpt-4.1", messages=[{"role": "system", "content": f"{RULES}\nKind: {case.kind}"}, *turns, {"role": "user", "content": words}]
    )
    text = r.choices[0].message.content
    case.count += 1
    case.last_text = text
    repo.save(case)
    return text
