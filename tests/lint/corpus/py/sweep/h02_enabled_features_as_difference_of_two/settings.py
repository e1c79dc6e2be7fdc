FEATURES = frozenset({"a", "b", "c"})
BETA = {"b"}
