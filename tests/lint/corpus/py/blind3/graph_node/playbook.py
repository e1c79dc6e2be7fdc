from importlib.resources import files

PLAYBOOK = files("grid_ops").joinpath("playbook.md").read_text()
