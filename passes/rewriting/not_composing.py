"""What keeps turns from being written as text: the writers raise it, and the pass takes another way."""


class DoesNotCompose(Exception):
    """Turns can't be written as text here; says why."""


class OpensOtherwise(Exception):
    """A turn is opened in several ways, by what came before it; `future` is what follows there."""

    def __init__(self, future: int) -> None:
        self.future = future
