"""Methods that sign a link, search a store or count what it holds, told by their names and their receivers'."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .source import COUNTED, FOUND, SIGNED, Source

METHODS: Mapping[str, Source] = {
    **dict.fromkeys(
        "generate_presigned_url generate_presigned_post generate_signed_url create_presigned_url presigned_get_object "
        "get_presigned_url create_signed_url signed_url sign_url presign".split(),
        SIGNED,
    ),
    **dict.fromkeys(
        "similarity_search asimilarity_search similarity_search_with_score asimilarity_search_with_score "
        "similarity_search_by_vector max_marginal_relevance_search amax_marginal_relevance_search "
        "select_examples aselect_examples "
        "get_relevant_documents aget_relevant_documents retrieve aretrieve recall semantic_search vector_search "
        "hybrid_search query_points get_relevant_memories".split(),
        FOUND,
    ),
    **dict.fromkeys("llen scard zcard hlen xlen dbsize qsize".split(), COUNTED),
}
"""By the method's name alone."""

_STORES = re.compile(
    r"(memory|memories|memo|store|index|retriever|collection|vector|vectors|kb|knowledge|db|mem0|mem|search|searcher|docs"
    r"|library|archive|qdrant|chroma|pinecone|weaviate|notes|corpus|catalogue|catalog|table|tree|elastic|opensearch"
    r"|typesense|meili|bm25|tavily|lancedb|repo|repository)\w*$"
)
_SEARCHES = frozenset(
    "search asearch query aquery knn nearest closest neighbours neighbors most_similar top_k lookup_similar "
    "find_similar".split()
)


def searched(receiver: str, name: str) -> Source | None:
    """A search in something that is a store by its name."""
    return FOUND if name in _SEARCHES and _STORES.search(receiver.lower()) else None
