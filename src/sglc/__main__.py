"""`python -m sglc`: the same command line as the `sglc` script."""

from .compiler.cli import main

if __name__ == "__main__":
    main()
