import json

import litellm
from herbarium import Sheet

RULES = "Name the plant on the sheet, its family, and where it was gathered. " * 8


def name(sheet: Sheet) -> str:
    about = json.dumps(sheet.model_dump(exclude={"scan", "owner"}), sort_keys=True)
    messages = [
        {"role": "system", "content": RULES},
        {"role": "user", "content": f"{about}\n{RULES}"},
    ]
    return litellm.completion(model="gpt-4o", messages=messages).choices[0].message.content
