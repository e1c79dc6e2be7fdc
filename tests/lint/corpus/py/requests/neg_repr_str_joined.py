import litellm


class Stop:
    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name


STOPS = [Stop("Mill"), Stop("Bridge")]


def ask(history):
    head = "You sell tickets. " * 100 + f"Stops: {', '.join(map(str, STOPS))}. First {STOPS[0]}"
    return litellm.completion(model="gpt-5.5", messages=[{"role": "system", "content": head}, *history])
