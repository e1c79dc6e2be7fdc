"""Data of a service dumped with sorted keys."""

import json
import litellm
import requests
HEAD = "For g13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def tariff(url):
    return requests.get(url + "/tariff", timeout=3).json()
def ask(url, text):
    system = HEAD + "\nTariff: " + json.dumps(tariff(url), sort_keys=True)
    return litellm.completion(model="anthropic/claude-sonnet-5", messages=[{"role": "system", "content": system}, {"role": "user", "content": text}])
