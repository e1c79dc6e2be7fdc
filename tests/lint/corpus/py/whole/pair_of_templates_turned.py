import litellm

RULES = "Sum up what the deed says about the plot, in plain words, and name the page. " * 8


def answer(query: str, text: str, is_long: bool) -> str:
    if is_long:
        templates = ("Deed: {text}", "Asked: {query}\n" + RULES)
    else:
        templates = ("Page: {text}", "Asked: {query}\n" + RULES + "One line.")
    data = {"text": text, "query": query}
    said, rules = (each.format(**data) for each in templates)  # want: PFX201
    messages = [{"role": "system", "content": rules}, {"role": "user", "content": said}]
    return litellm.completion(model="gpt-4o", messages=messages).choices[0].message.content
