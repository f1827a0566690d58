"""The whole state as a text for an address, and back: base64url of JSON. It is read as something that anyone may have
written: every size is bounded, and nothing in it is executed.

The curve is left out, and so are the rows of the data: a subject is named, and known again by a checksum.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from bprop.playing import read
from bprop.playing.lessons import LESSONS
from bprop.playing.network import Network, cast, network_of, planted
from bprop.playing.recipe import Recipe
from bprop.playing.refused import RefusedError
from bprop.playing.ruling import made
from bprop.playing.subjects.opening import by_name
from bprop.playing.subjects.subject import Subject
from bprop.playing.work import State, Training, View, Work
from bprop.rules import Rule, rules

VERSION = 1
MOST_WEIGHTS = 40_000
"""The theta of a network of more weights is too long for an address."""
LONGEST_TEXT = 2**21
Subjects = Mapping[str, Subject]


def share(state: State) -> str | None:
    """The text; None for a network that is too large for an address."""
    if state.work.network.graph.weight_count > MOST_WEIGHTS:
        return None
    text = json.dumps(_plain(state), separators=(",", ":"), allow_nan=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(state: State) -> dict[str, Any]:
    work, view, training = state.work, state.view, state.work.training
    return {
        "v": VERSION,
        "subject": work.subject.name,
        "mark": mark(work.subject),
        "recipe": None if work.recipe is None else work.recipe.plain(),
        "mistake": None if work.mistake is None else list(work.mistake),
        "theta": _arrays(work.theta) if any(work.theta[n] is not a for n, a in work.network.start.items()) else None,
        "rule": {"name": type(training.rule).__name__, "settings": _settings(training.rule)},
        "state": None if training.rule_state is None else {n: _arrays(a) for n, a in training.rule_state.items()},
        "batch": training.batch_size,
        "at": [training.epoch, training.step, training.updates, training.total],
        "row": view.row,
        "own": None if view.own is None else {n: np.asarray(a).tolist() for n, a in view.own.items()},
        "position": view.position,
        "chosen": None if view.chosen is None else [view.chosen[0], list(view.chosen[1])],
        "lesson": None if view.lesson is None else list(view.lesson),
    }


def _arrays(arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    return {n: b64encode(np.asarray(a).astype(a.dtype.newbyteorder("<")).tobytes()).decode() for n, a in arrays.items()}


def _settings(rule: Rule) -> dict[str, Any]:
    return {one.name: getattr(rule, one.name) for one in fields(rule) if one.name != "rate_factors"}


@lru_cache(maxsize=16)
def mark(subject: Subject) -> int:
    """A checksum of the data."""
    total = crc32(repr((subject.task, subject.inputs, subject.outputs)).encode())
    for arrays in (subject.data, subject.held_out or {}):
        for name, array in arrays.items():
            total = crc32(array.tobytes(), crc32(f"{name}{array.shape}{array.dtype}".encode(), total))
    return total


# --- and back ---


def restored(text: str, subjects: Subjects) -> State:
    """The state of a text. Raises RefusedError for anything that `share` did not write."""
    plain = _opened(text)
    _need_version(plain)
    fields_ = read.keys(plain, "a shared state", dict.fromkeys(_KEYS, read.anything), {})
    subject = by_name(read.text(fields_["subject"], "subject"), subjects)
    if fields_["mark"] != mark(subject):
        raise RefusedError(
            f"the shared state belongs to other rows of {subject.name!r} than are open here",
            "open the same data, and then the address again",
        )
    recipe = None if fields_["recipe"] is None else Recipe.read(fields_["recipe"])
    if (recipe is None) != (subject.recipe is None):
        raise RefusedError(f"the shared state does not fit {subject.name!r}")
    network = network_of(subject, recipe)
    if network.graph.weight_count > MOST_WEIGHTS:
        raise RefusedError(f"a shared network has at most {MOST_WEIGHTS:,} weights")
    mistake = _mistake(fields_["mistake"])
    if mistake is not None:
        network = planted(network, *mistake)
    theta = network.start if fields_["theta"] is None else _theta(fields_["theta"], network)
    training = _training(fields_, subject, network)
    work = Work(subject, recipe, network, theta, training, mistake)
    return State(work, _view(fields_, work))


_KEYS = (
    "v", "subject", "mark", "recipe", "mistake", "theta", "rule", "state", "batch", "at", "row", "own", "position",
    "chosen", "lesson",
)  # fmt: skip


def _opened(text: Any) -> Any:
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise RefusedError("a shared state is a text that this page wrote")
    try:
        return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):  # of base64 and of JSON too
        raise RefusedError(
            "this is no shared state: it was cut off, or changed on the way, or a later bprop made it"
        ) from None


def _need_version(plain: Any) -> None:
    """Raises RefusedError for another version, of which nothing but "v" is known."""
    if not isinstance(plain, dict) or "v" not in plain or plain["v"] == VERSION:
        return
    version = plain["v"]
    if isinstance(version, int) and version > VERSION:
        raise RefusedError(
            f"a later bprop made this address: it has version {read.shown(version)}, and this bprop reads {VERSION}",
            "install the newest bprop: pip install --upgrade bprop",
        )
    raise RefusedError(f"the shared state has version {read.shown(version)}; this bprop reads {VERSION}")


def _mistake(value: Any) -> tuple[str, str] | None:
    if value is None:
        return None
    pair = [read.text(one, "mistake") for one in read.listed(value, "mistake", 2)]
    if len(pair) != 2:
        raise RefusedError("mistake is [name, box]")
    return pair[0], pair[1]


def _theta(value: Any, network: Network) -> dict[str, np.ndarray]:
    return cast(_read_arrays(value, "theta", network.start, network.dtype), network.dtype)


def _read_arrays(value: Any, what: str, like: Mapping[str, np.ndarray], dtype: np.dtype) -> dict[str, np.ndarray]:
    """Arrays by name, of the shapes of others, all numbers finite."""
    texts = read.keys(value, what, dict.fromkeys(like, _text), {})
    arrays = {}
    for name, shape in ((name, array.shape) for name, array in like.items()):
        try:
            raw = b64decode(texts[name], validate=True)
            arrays[name] = np.frombuffer(raw, dtype.newbyteorder("<")).reshape(shape).astype(dtype)
        except (Error, ValueError):
            raise RefusedError(f"{what}: {name} does not have the shape {list(shape)}") from None
        if not np.isfinite(arrays[name]).all():
            raise RefusedError(f"{what}: {name} is not finite")
    return arrays


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise RefusedError(f"{key} is a text, not {read.shown(value)}")
    return value


def _training(fields_: Mapping[str, Any], subject: Subject, network: Network) -> Training:
    rule = _rule(fields_["rule"])
    size = read.whole(fields_["batch"], "batch", 1, subject.rows)
    at = [read.whole(one, "at", 0, 2**53) for one in read.listed(fields_["at"], "at", 4)]
    if len(at) != 4 or at[1] >= -(-subject.rows // size):
        raise RefusedError("at is [epoch, step, updates, total]")
    epoch, step, updates, total = at
    state = None
    if fields_["state"] is not None:
        like = rule.init({name: network.start[name] for name in network.graph.trained})
        state = {
            name: _read_arrays(one, f"state.{name}", like[name], network.dtype)
            for name, one in read.keys(fields_["state"], "state", dict.fromkeys(like, read.anything), {}).items()
        }
    return replace(Training(rule, size), rule_state=state, epoch=epoch, step=step, updates=updates, total=total)


def _rule(value: Any) -> Rule:
    parts = read.keys(value, "rule", {"name": read.text, "settings": read.anything}, {})
    kinds = {kind.__name__: kind for kind in rules().values()}
    kind = kinds[read.choice(parts["name"], "rule", kinds)]
    if not isinstance(parts["settings"], dict):
        raise RefusedError("settings is an object")
    settings = dict(parts["settings"])
    return made(kind, settings.pop("learning_rate", None), settings, None)


def _view(fields_: Mapping[str, Any], work: Work) -> View:
    row = read.whole(fields_["row"], "row", 0, work.subject.rows - 1)
    position = read.whole(fields_["position"], "position", 0, 10**9)
    lesson = _lesson(fields_["lesson"])
    return View(row, _own(fields_["own"], work), position, _chosen(fields_["chosen"], work), lesson=lesson)


def _lesson(value: Any) -> tuple[str, int] | None:
    if value is None:
        return None
    pair = read.listed(value, "lesson", 2)
    if len(pair) != 2:
        raise RefusedError("lesson is [name, step]")
    name = read.choice(pair[0], "lesson", LESSONS)
    return name, read.whole(pair[1], "step", 1, len(LESSONS[name].steps))


def _own(value: Any, work: Work) -> dict[str, np.ndarray] | None:
    if value is None:
        return None
    own = {}
    for name, numbers in read.keys(value, "own", {}, dict.fromkeys(work.subject.data, read.anything)).items():
        like = work.subject.data[name]
        flat = read.listed(numbers, "own", 1)
        try:
            array = np.array(flat, dtype=like.dtype if like.dtype.kind != "f" else np.float64)
        except (ValueError, TypeError, OverflowError):
            raise RefusedError(f"own: {name} is an array of numbers") from None
        if array.shape != (1, *like.shape[1:]):
            raise RefusedError(f"own: {name} does not have the shape {list(like.shape[1:])}")
        own[name] = array
    first = {name: array[:1] for name, array in work.subject.data.items()}
    work.network.graph.read({**first, **own})
    return own


def _chosen(value: Any, work: Work) -> tuple[str, tuple[int, ...]] | None:
    if value is None:
        return None
    pair = read.listed(value, "chosen", 2)
    if len(pair) != 2:
        raise RefusedError("chosen is [parameter, index]")
    name, index = read.choice(pair[0], "chosen", work.theta), read.index(pair[1], "chosen")
    shape = work.theta[name].shape
    if len(index) != len(shape) or any(i >= size for i, size in zip(index, shape, strict=True)):
        raise RefusedError(f"chosen: {name} has no {list(index)}")
    return name, index
