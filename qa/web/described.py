"""What ``/api/v1/openapi.json`` says, all of it in Chinese: FastAPI and pydantic put class names and docstrings there by themselves."""

from typing import Any

from fastapi import FastAPI

from qa.web import texts

_BY_ITSELF = "Successful Response"  # what FastAPI says of a status that nobody described


class DescribedApp(FastAPI):
    """An application whose description is written by ``texts``."""

    def openapi(self) -> dict[str, Any]:
        """The description; made once."""
        new = self.openapi_schema is None
        schema = super().openapi()
        if new:
            for name, body in schema.get("components", {}).get("schemas", {}).items():
                body["description"] = texts.API_BODIES[name]
            for part in schema["paths"], schema.get("components", {}):
                _without_names(part)
        return schema


def _without_names(part: object) -> None:
    """Drop the titles made of identifiers, and say success in Chinese, in all that a part of the schema holds."""
    if isinstance(part, dict):
        if isinstance(part.get("title"), str):  # a property called title would be a schema, not a text
            del part["title"]
        if part.get("description") == _BY_ITSELF:
            part["description"] = texts.API_DONE
        for inner in part.values():
            _without_names(inner)
    elif isinstance(part, list):
        for inner in part:
            _without_names(inner)
