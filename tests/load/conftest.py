"""Locust replaces the sockets and threads of whoever imports it, so its file is for locust alone."""

collect_ignore = ["locustfile.py"]
