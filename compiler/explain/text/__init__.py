"""A report as text, in lines that fit the terminal.

Commands and the Python door call `render.render`; `columns.table` lays out tables elsewhere, too.
"""
