"""Lint: finds what breaks shared prefixes, in any program's requests or in the code that builds them.

Readers (`logs`, `templates`, `source`, `python`, `jinja`) turn files into evidence, `rules` say what evidence
means, `report` writes findings down. `run.lint` is the door, for the command and for tests. Linted code is
never imported and never executed; strangers' templates are rendered in a child process.
"""
