"""The machine behind `bprop play`: commands in, parts of a snapshot out. No input or output, no threads, no clock.

machine = Machine(subject)
machine.snapshot() -> {"version": 7, "parts": {part: content, ...}}           everything
machine.do({"do": "set_weight", ...}) -> {"version": 8, "parts": {...}}       the parts that have changed
machine.tick(steps) -> the same, after so many updates, while training runs
machine.running -> bool

Everything is plain data for JSON. A command that cannot be carried out changes nothing; its answer has one part,
"message", with the reason. `bprop.playing.parts` lists the parts, `bprop.playing.commands` the commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bprop.errors import BpropError
from bprop.playing import read
from bprop.playing.commands import COMMANDS, At, Command, building, learning, named
from bprop.playing.computed import Computed
from bprop.playing.parts import PARTS
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.subject import Subject
from bprop.playing.training import FailedUpdateError
from bprop.playing.undo import Past
from bprop.playing.work import State, Work

MOST_LETTERS = 2000
"""Of a message."""
Answer = dict[str, Any]
"""{"version": number, "parts": {name: content}}"""


class Machine:
    """Play with a subject.

    subjects : others that can be opened by name, beside the toys.
    """

    subjects: dict[str, Subject]

    state: State
    version: int

    def __init__(self, subject: Subject, subjects: Iterable[Subject] = ()):
        self.subjects = {one.name: one for one in (subject, *subjects)}
        self.state, self.version = State(Work.of(subject)), 0
        self._computed, self._past, self._gesture = Computed(self.subjects), Past(), None
        self._sent: dict[str, tuple[tuple[Any, ...], Any]] = {}

    @property
    def running(self) -> bool:
        """Whether training runs. The host then calls `tick` again and again."""
        return self.state.running

    def snapshot(self) -> Answer:
        """All parts."""
        self._changes()
        return {"version": self.version, "parts": {name: content for name, (_, content) in self._sent.items()}}

    def do(self, message: Any) -> Answer:
        """Carry out a command, and return the parts that have changed."""
        return self._safely(lambda: self._done(message))

    def tick(self, steps: int) -> Answer:
        """Make updates while training runs, and return the parts that have changed."""
        return self._safely(lambda: self._ticked(steps))

    def _safely(self, act: Callable[[], Answer]) -> Answer:
        """The answer of an act. If it fails, nothing has changed, and the answer says why."""
        before = self.state, self._past, self._gesture, dict(self._sent), self.version
        try:
            return act()
        except Exception as error:  # also of boxes of one's own
            self.state, self._past, self._gesture, self._sent, self.version = before
            self.state = replace(self.state, running=self.running and isinstance(error, BpropError))
            kind = "" if isinstance(error, BpropError) else f"{type(error).__name__}: "
            text = "; ".join([f"{kind}{error}", *getattr(error, "__notes__", ())])
            return self._refusal(text[:MOST_LETTERS], getattr(error, "cure", ""))

    def _done(self, message: Any) -> Answer:
        gesture, message = _without_gesture(message)
        return self._answer(self._obey(*named(message), gesture))

    def _ticked(self, steps: int) -> Answer:
        note = None
        if self.running:
            try:
                self.state = replace(self.state, work=learning.advanced(self._at(), steps))
            except FailedUpdateError as failed:
                self.state = replace(self.state, work=failed.work, running=False)
                note = _note(str(failed))
        return self._answer(note)

    # --- commands ---

    def _at(self) -> At:
        return At(self.state, self._computed, self.subjects)

    def _obey(self, of: Command, keys: dict[str, Any], gesture: Any) -> dict[str, Any] | None:
        """Carry out a command; a note about it, if there is something to say."""
        if of.name in OWN:
            OWN[of.name](self)
            self._gesture = None
            return None
        before, note = self.state, None
        try:
            after = of.does(self._at(), **keys)
        except FailedUpdateError as failed:
            after, note = replace(before, work=failed.work), _note(str(failed))
        if after.work.subject is not before.work.subject or after.work.network is not before.work.network:
            after = building.fitting(self._at().after(after))
        self.state = after
        if of.undone and not before.work.is_same(after.work):
            if gesture is None or gesture != self._gesture:
                self._past = self._past.with_work(before.work)
            self._gesture = gesture
        return note

    def _train(self) -> None:
        learning.need_loss(self.state.work)
        if not self.running:
            self._past = self._past.with_work(self.state.work)
            self.state = replace(self.state, running=True)

    def _pause(self) -> None:
        self.state = replace(self.state, running=False)

    def _undo(self) -> None:
        if not self._past.undo:
            raise RefusedError("there is nothing to undo")
        self._go_to(*self._past.undone(self.state.work))

    def _redo(self) -> None:
        if not self._past.redo:
            raise RefusedError("there is nothing to redo")
        self._go_to(*self._past.redone(self.state.work))

    def _go_to(self, work: Work, past: Past) -> None:
        other = work.subject is not self.state.work.subject
        self._past = past
        state = State(work) if other else replace(self.state, work=work, running=False)
        self.state = building.fitting(self._at().after(state))

    def _all(self) -> None:
        self._sent = {}

    # --- answers ---

    def _answer(self, note: dict[str, Any] | None) -> Answer:
        changed = self._changes()
        if note is not None:
            changed["message"] = note
        return {"version": self.version, "parts": changed}

    def _refusal(self, text: str, cure: str) -> Answer:
        return {"version": self.version, "parts": {"message": {"kind": "error", "text": text, "cure": cure}}}

    def _changes(self) -> dict[str, Any]:
        """The parts that have changed since they were last sent."""
        changed = {}
        for part in PARTS:
            follows_from, before = part.follows_from(self.state), self._sent.get(part.name)
            if before is not None and part.waits and self.running:
                continue
            if before is not None and all(a is b for a, b in zip(before[0], follows_from, strict=True)):
                continue
            self._put(changed, part.name, part.make(self.state, self._computed), follows_from)
        self._put(changed, "undo", {"undo": len(self._past.undo), "redo": len(self._past.redo)})
        if changed:
            self.version += 1
        return changed

    def _put(self, changed: dict[str, Any], name: str, content: Any, follows_from: tuple[Any, ...] = ()) -> None:
        if name not in self._sent or self._sent[name][1] != content:
            changed[name] = content
        self._sent[name] = follows_from, content


def _without_gesture(message: Any) -> tuple[Any, Any]:
    """(gesture, command): commands of one gesture, such as a drag, that follow one another are one step of undo."""
    if not isinstance(message, dict) or "gesture" not in message:
        return None, message
    gesture = message["gesture"]
    if not isinstance(gesture, str | int) or len(str(gesture)) > read.LONGEST:
        raise RefusedError("gesture is a text or a number that names a gesture")
    return gesture, {key: value for key, value in message.items() if key != "gesture"}


def _note(text: str) -> dict[str, Any]:
    return {"kind": "note", "text": text, "cure": ""}


def _unchanged(at: At) -> State:
    return at.state


OWN = {
    "train": Machine._train,
    "pause": Machine._pause,
    "undo": Machine._undo,
    "redo": Machine._redo,
    "snapshot": Machine._all,
}
"""The commands on the machine itself."""
COMMANDS.update({name: Command(name, _unchanged, {}, {}, False) for name in OWN})
