"""Passages <-> vectors: embedding, vector engines, lexical search, building and loading the index."""
