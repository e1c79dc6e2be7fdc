"""Prompt templates in Jinja, tied to the call that renders them where there is one."""
