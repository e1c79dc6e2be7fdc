import litellm

RULES = "Sum up what the deed says about the plot, in plain words, and name the page. " * 8
SHORT = "Deed: {text}\n\nAsked: {asked}"


def summed_up(text: str, asked: str, templates) -> str:
    data = {"text": text, "asked": asked}
    said, rules = (each.format(**data) for each in templates)
    messages = [{"role": "system", "content": rules}, {"role": "user", "content": said}]
    return litellm.completion(model="gpt-4o", messages=messages).choices[0].message.content


def answer(query: str, text: str, is_long: bool) -> str:
    if is_long:
        templates = (SHORT, RULES)
    else:
        templates = ("Page: {text}\n\nQuestion: {asked}", RULES + "One line.")
    return summed_up(text, query, templates)
