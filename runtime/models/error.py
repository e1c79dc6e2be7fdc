"""What a model that can't be used raises."""


class ModelError(Exception):
    """A model that can't be used: what is wrong, and what the user can do about it."""

    def __init__(self, code: str, message: str, help: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"error[{self.code}]: {self.message}\nhelp: {self.help}"
