"""All tests. ``python -m tests`` runs lint, types and tests; see ``tests/__main__.py``."""
