"""The running conversation, as Gradio shows it. Importing this imports Gradio, which takes seconds: see ``qa.web.framework``."""

import asyncio
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from qa.web import texts

_NO_LATEX: list[dict[str, str | bool]] = []


def conversation() -> gr.Blocks:
    """The running conversation: a Chatbot and the events that the page's script (static/chat.js) sets off.

    The script fetches answers from ``/chat/answer`` itself. Gradio's own calls would tie a visitor to one server process, and
    when the line drops its client reloads the page, half-typed question and all.
    """
    blocks: gr.Blocks = gr.Blocks(title=texts.TITLE, analytics_enabled=False, fill_width=True)
    with blocks:
        talk = gr.Chatbot(
            elem_id="yj-talk",
            elem_classes="yj-log",
            layout="panel",
            buttons=[],
            show_label=False,
            label=texts.LOG,
            container=False,
            height=None,
            min_height=0,
            autoscroll=False,
            latex_delimiters=_NO_LATEX,
            feedback_options=None,
            group_consecutive_messages=False,
            allow_tags=False,
        )
        send = gr.Button(texts.ASK, elem_id="yj-send", visible="hidden")
        clear = gr.Button(texts.CLEAR, elem_id="yj-clear", visible="hidden")
        blocks.load(None, None, talk, js="() => youju.restore()", **_QUIET)
        asked = send.click(None, None, talk, js="() => youju.begin()", **_QUIET)
        asked.then(None, None, talk, js="() => youju.answer()", **_QUIET)
        clear.click(None, None, talk, js="() => youju.forget()", **_QUIET)
    return blocks


_QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def mounted(base: str) -> FastAPI:
    """Gradio's own application, to be served behind a gate."""
    app: FastAPI = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        conversation(),
        path="/",
        root_path=base or None,
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]),
        allowed_paths=[],
    )
    return app


def streams(mounted_app: FastAPI) -> list[asyncio.Event]:
    """What ends the answers of Gradio that last as long as a page is open; to be set when the server stops."""
    inner = [route.app for route in mounted_app.routes if isinstance(route, Mount)]
    return [app.stop_event for app in inner if isinstance(app, gr.routes.App)]
