import litellm


class Robot:
    def left(self):
        return "l"

    def right(self):
        return "r"

    def actions(self):
        return [self.left, self.right]

    def prompt(self):
        return "Steer the robot. " * 100 + "Actions: %r. " % self.actions() + "One at a time."  # want: PFX306

    def ask(self, history):
        return litellm.completion(model="gpt-5.5", messages=[{"role": "system", "content": self.prompt()}, *history])
