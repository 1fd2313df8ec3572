"""How the pages are served: one process or several, that start, stop and take turns without a visitor noticing."""
