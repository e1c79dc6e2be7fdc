"""From the characters of a source file to its syntax tree, with recovery.

`parser.parse` is the door; checks, lowering and the formatter read `nodes`, the formatter `scanner` and `layout`, too.
"""
