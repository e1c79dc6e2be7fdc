"""The text form of the IR, `.sglir`: printing a module, and reading it back.

The driver and the passes' runner call `printer.print_module` and `parser.parse_module`; the rest serves these two.
"""
