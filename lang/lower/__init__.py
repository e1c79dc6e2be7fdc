"""From a checked file to a module of the IR.

`compile` and the test runner call it; it reports nothing, since the checks have.
"""
