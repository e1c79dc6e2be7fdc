from datetime import datetime

import prompty
import prompty.openai


def ask(question: str):
    return prompty.execute("desk_pus.prompty", inputs={"at": datetime.now().isoformat(), "question": question})
