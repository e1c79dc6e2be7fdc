from openai import OpenAI

client = OpenAI()
RULES = "You help to fill an application for a loan. " * 80


def talk(repo, case_id: str, words: str) -> str:
    case = repo.get(case_id)
    if not case.head:
        case.head = f"{RULES}\nCase: {case_id}"
        repo.save(case)
    turns = repo.turns(case_id)
    r = client.chat.completions.create(
        model="gpt-4.1", messages=[{"role": "system", "content": case.head}, *turns, {"role": "user", "content": words}]
    )
    return r.choices[0].message.content
