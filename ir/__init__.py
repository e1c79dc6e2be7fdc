"""The intermediate representation: prompts as SSA values, and the leaves every floor shares."""
