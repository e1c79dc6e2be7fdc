"""What a chat template that can't be used raises."""


class TemplateError(Exception):
    """The template refused these messages, or is no template; the message is the template's own."""
