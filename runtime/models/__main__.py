"""`python -m sglc.runtime.models [MODEL]`: prepare a model, the default one without a name, and print its folder."""

import sys

from .error import ModelError
from .folders import resolve_model


def main() -> int:
    """Prepare the model named on the command line; the exit code."""
    try:
        print(resolve_model(sys.argv[1] if len(sys.argv) > 1 else None))
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
