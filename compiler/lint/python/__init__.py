"""Python that builds prompts for model APIs: read, followed from origin to sink, never executed."""
