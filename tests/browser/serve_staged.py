"""Serve the pages over the staged service: ``python serve_staged.py PORT SECONDS_TO_WARM ROOT_PATH [REPORTS]``.

``FRAMEWORK_AFTER`` in the environment: seconds after which the chat framework begins to load.
"""

import os
import sys
import threading
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import uvicorn
from staged import REPORTS, Staged

from qa.settings import Settings
from qa.web.framework import Framework
from qa.web.site import create_app

if __name__ == "__main__":
    port, warm_after, root_path, *reports = sys.argv[1:]
    settings = Settings(root_path=root_path)
    service = Staged(warm_after=float(warm_after), reports=Path(reports[0]) if reports else REPORTS)
    late = Framework(root_path) if "FRAMEWORK_AFTER" in os.environ else None
    if late:
        threading.Timer(float(os.environ["FRAMEWORK_AFTER"]), late.load).start()
    uvicorn.run(create_app(service, settings, framework=late), host="127.0.0.1", port=int(port), log_level="warning")
