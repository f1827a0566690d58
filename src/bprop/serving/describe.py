"""The models of a server described: as plain data, and as an OpenAPI document.

Source: the OpenAPI specification, version 3.1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.files import bprop_version
from bprop.serving.arrays import Arrays
from bprop.serving.media import ARROW, CSV, JSON
from bprop.serving.rows import Rows
from bprop.serving.shelf import Served
from bprop.sources.columns import Categorical, Date, Kind, Numeric
from bprop.sources.columns.boolean import Boolean
from bprop.sources.preparation import Preparation
from bprop.tables.certainty import KEY as CONFORMAL

FEW = 100  # categories that are listed
Schema = dict[str, Any]
STATUSES = {
    400: "The body cannot be read: damaged, or no JSON.", 401: "The token is missing or wrong.",
    403: "The request is not by a name of the server's machine.", 404: "There is no such model.",
    406: "The answer cannot be in the format that is asked for.",
    408: "The body came too slowly.", 413: "The body, or its rows, are more than the limit.",
    415: "The format or the encoding of the body is none of those that are read.",
    422: "A row cannot be predicted: the detail names row and column.", 429: "Too many requests of this client.",
    503: "Too many requests wait, or no model is ready.", 504: "The answer takes longer than the limit.",
}  # fmt: skip
QUERY = {
    "interval": ({"type": "number"}, "The level of intervals of values, or of sets of classes, such as 0.9."),
    "spread": ({"type": "boolean"}, "Of an ensemble: how far its networks lie apart."),
    "threshold": ({"type": "number"}, "Of two classes: the probability from which on the positive one is predicted."),
    "id": ({"type": "string"}, "A column that is copied to the answer."),
    "unknown": (
        {"enum": ["refuse", "allow"]},
        "Whether new columns and categories are refused (default) or allowed.",
    ),
}


def facts(served: Served) -> dict[str, Any]:
    """A model as plain data: what it predicts, from which columns, and an example of a row."""
    about: dict[str, Any] = {"model": served.name, "version": served.version, "path": f"/models/{served.name}/predict"}
    answers = served.answers
    if isinstance(answers, Arrays):
        outputs = {name: [str(size) for size in box.dims[1:]] for name, box in served.net.graph.outputs.items()}
        return {
            **about,
            "takes": "arrays",
            "inputs": {n: list(s) for n, s in answers.shapes.items()},
            "outputs": outputs,
            "example": example_of_arrays(answers),
        }
    preparation = answers.preparation
    classes = None if preparation.classes is None else list(preparation.classes)
    return {
        **about, "takes": "rows", "task": preparation.task, "target": list(preparation.answer.columns),
        "classes": classes, "intervals": CONFORMAL in served.net.notes, "columns": columns(preparation),
        "example": example(preparation),
    }  # fmt: skip


def columns(preparation: Preparation) -> list[dict[str, Any]]:
    """[{"name", "kind", "categories"}] of the columns that a model takes."""
    if not preparation.is_table:
        return [{"name": name, "kind": "numeric"} for name in preparation.columns]
    return [
        {"name": kind.name, "kind": kind.kind}
        | ({"categories": list(kind.categories[:FEW])} if isinstance(kind, Categorical) else {})
        for kind in preparation.used
    ]


def example(preparation: Preparation) -> dict[str, Any]:
    """A row that the model takes."""
    if not preparation.is_table:
        return dict.fromkeys(preparation.columns, 0)
    return {kind.name: _cell(kind) for kind in preparation.used}


def example_of_arrays(answers: Arrays) -> dict[str, Any]:
    """A row that a model of arrays takes; sizes that it leaves open are 1."""
    return {
        name: np.zeros([size if isinstance(size, int) else 1 for size in shape], int).tolist()
        for name, shape in answers.shapes.items()
    }


def _cell(kind: Kind) -> Any:
    if isinstance(kind, Numeric):
        return float(f"{kind.fill:.4g}")
    if isinstance(kind, Categorical) and kind.categories:
        return kind.categories[0]
    return {"boolean": "yes", "date": "2024-05-31", "time": "12:30", "duration": 60}.get(kind.kind)


def openapi(models: Mapping[str, Served], token: bool) -> dict[str, Any]:
    """The OpenAPI document of a server. token : whether it wants one."""
    paths: dict[str, Any] = {
        "/health": _get("Whether the server runs."), "/ready": _get("Whether its models are ready."),
        "/metrics": _get("Counts, as Prometheus reads them."), "/models": _get("The models, with their columns."),
    }  # fmt: skip
    for name, served in models.items():
        paths[f"/models/{name}"] = _get(f"The model {name}: its columns, and an example of a row.")
        paths[f"/models/{name}/predict"] = {"post": _predict(served)}
    security = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Predictions by bprop", "version": bprop_version()},
        "paths": paths,
        **({"components": {"securitySchemes": security}, "security": [{"token": []}]} if token else {}),
    }


def _get(summary: str) -> Schema:
    return {"get": {"summary": summary, "responses": {"200": {"description": summary}}}}


def _predict(served: Served) -> Schema:
    takes = [JSON, ARROW] if isinstance(served.answers, Arrays) else [JSON, CSV, ARROW]
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in takes}
    content[JSON] = _json(served)
    answer: Schema = {
        "type": "object", "required": ["model", "version", "predictions"],
        "properties": {
            "model": {"type": "string"}, "version": {"type": "string"},
            "remarks": {"type": "array", "items": {"type": "string"}},
            "predictions": {"type": "array", "items": {"type": "object"}},
        },
    }  # fmt: skip
    refused = {"application/problem+json": {"schema": {"type": "object"}}}
    return {
        "summary": f"Predict rows with {served.name}.",
        "parameters": [
            {"name": name, "in": "query", "schema": schema, "description": text}
            for name, (schema, text) in QUERY.items()
        ],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": {"description": "The predictions, a row each.", "content": {JSON: {"schema": answer}}},
            **{str(code): {"description": text, "content": refused} for code, text in STATUSES.items()},
        },
    }


def _json(served: Served) -> Schema:
    answers = served.answers
    if isinstance(answers, Rows):
        preparation = answers.preparation
        cells = {kind.name: _schema(kind) for kind in preparation.used} if preparation.is_table else {
            name: {"type": "number"} for name in preparation.columns
        }  # fmt: skip
        row = {"type": "object", "required": list(cells), "properties": cells}
        lists = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
        others = [] if preparation.is_table else [lists]
        return {"schema": {"anyOf": [{"type": "array", "items": row}, row, *others]}, "example": [example(preparation)]}
    row = {"type": "object", "required": list(answers.shapes), "properties": {n: {} for n in answers.shapes}}
    return {"schema": {"anyOf": [{"type": "array", "items": row}, row]}, "example": [example_of_arrays(answers)]}


def _schema(kind: Kind) -> Schema:
    if isinstance(kind, Numeric):
        return {"type": ["number", "string", "null"]}
    if isinstance(kind, Categorical) and len(kind.categories) <= FEW:
        return {"enum": [*kind.categories, None]}
    if isinstance(kind, Boolean):
        return {"type": ["boolean", "string", "number", "null"]}
    return {"type": ["string", "number", "null"] if isinstance(kind, Date) else ["string", "number", "boolean", "null"]}
