"""Each model gets the whole list of tasks: a comparison, no conversation."""
from openai import OpenAI

client = OpenAI()
MANUAL = "You grade essays. " * 200


def compare(models, essays):
    scores = {}
    for model in models:
        for essay in essays:
            r = client.chat.completions.create(
                model=model, messages=[{"role": "system", "content": MANUAL}, {"role": "user", "content": essay}])
            scores[model, essay] = r.choices[0].message.content
    return scores
