"""Serve the pages over the staged service: ``python serve_staged.py PORT SECONDS_TO_WARM ROOT_PATH [REPORTS]``."""

import os
import sys
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import uvicorn
from staged import REPORTS, Staged

from qa.settings import Settings
from qa.web.site import create_app

if __name__ == "__main__":
    port, warm_after, root_path, *reports = sys.argv[1:]
    settings = Settings(root_path=root_path)
    service = Staged(warm_after=float(warm_after), reports=Path(reports[0]) if reports else REPORTS)
    uvicorn.run(create_app(service, settings), host="127.0.0.1", port=int(port), log_level="warning")
