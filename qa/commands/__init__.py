"""The commands of ``python -m qa``, by subject; ``qa/cli.py`` puts them together."""
