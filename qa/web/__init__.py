"""Pages, REST and the words on them; no retrieval logic."""
