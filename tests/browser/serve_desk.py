"""Serve the pages with a staff desk over reports that may be changed: ``python serve_desk.py PORT FOLDER PASSWORD``."""

import os
import shutil
import sys
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import uvicorn
from fakes import CountingEncoder

from qa.service import Service
from qa.settings import Settings
from qa.web.site import create_app

if __name__ == "__main__":
    port, folder, password = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    shutil.copytree(Path(__file__).parents[2] / "corpus" / "reports" / "yanji-2021", folder / "reports" / "yanji-2021")
    service = Service(reports=folder / "reports", index=folder / "index", encoder=CountingEncoder(), state=folder / "state")
    service.warm()
    settings = Settings(staff_password=password, state=folder / "state")
    uvicorn.run(create_app(service, settings), host="127.0.0.1", port=port, log_level="warning")
