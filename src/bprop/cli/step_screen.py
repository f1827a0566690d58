"""The screen of `bprop step`: one window that changes in place. This module imports Textual."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.suggester import SuggestFromList
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from bprop.cli.errors import INTERRUPTED
from bprop.cli.step_lines import HEADING, LABEL, MATHS, NUMBERS, TEXT, Document
from bprop.errors import BpropError, SettingError
from bprop.stepper import Stepper
from bprop.stepper.blocks import Block, Heading, Remark, Row
from bprop.stepper.boxes import place, rows
from bprop.stepper.details import details
from bprop.stepper.screen import progress
from bprop.stepper.view import slot_of, view
from bprop.visible import visible

MARKS = {"value": "●", "gradient": "●", "part": "◐", "not yet": "·", "none": "–", "updated": "✓", "": " "}
MOVES: list[Any] = [
    Binding("left", "app.back", "back", key_display="←"),
    Binding("right,space", "app.forward", "next", key_display="→"),
]
STYLES = {
    HEADING: Style(bold=True), LABEL: Style(color="cyan"), MATHS: Style(bold=True, color="green"),
    NUMBERS: Style(), TEXT: Style(dim=True),
}  # fmt: skip


class Pane(ScrollView, can_focus=True):
    """Blocks, all of whose lines can be reached: up and down, pages, the wheel."""

    document: Document

    BINDINGS = MOVES

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.blocks: list[Block] = []
        self.document = Document([], 80)

    def show(self, blocks: list[Block]) -> None:
        self.blocks = blocks
        self.scroll_to(0, 0, animate=False)
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self.document = Document(self.blocks, width - 1)
        self.virtual_size = Size(width, len(self.document))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        kind, text = self.document.line(y + self.scroll_offset.y)
        line = Text(text, style=STYLES[kind])
        return Strip(line.render(self.app.console, end="")).adjust_cell_length(self.size.width, self.rich_style)


class Boxes(OptionList):
    """A line for each box, with the marks of its value and its gradient."""

    BINDINGS = MOVES


class StepScreen(App[None]):
    """Walk through a pass with the arrow keys, and look at any box."""

    stepper: Stepper
    listed: list[Row]
    asking: str
    viewed: str

    ENABLE_COMMAND_PALETTE = False
    TITLE = "bprop step"
    HORIZONTAL_BREAKPOINTS: ClassVar[Any] = [(0, "-narrow"), (90, "-wide")]
    CSS = """
    #progress { height: auto; max-height: 2; background: $panel; padding: 0 1; }
    #main { height: 1fr; layout: horizontal; }
    .-narrow #main { layout: vertical; }
    Boxes { width: 44; height: 100%; border: none; padding: 0; }
    .-narrow Boxes { width: 100%; height: 35%; min-height: 4; border-bottom: solid $panel; }
    Pane { width: 1fr; height: 100%; padding: 0; }
    .-narrow Pane { height: 1fr; }
    Boxes:focus, Pane:focus { background-tint: $foreground 4%; }
    #question { display: none; height: 1; border: none; padding: 0 1; }
    #question.-asked { display: block; }
    #question:focus { border: none; }
    """
    BINDINGS: ClassVar[Any] = [
        *MOVES,
        Binding("slash", "find", "find", key_display="/"),
        Binding("g", "go", "go to"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("right_square_bracket", "example(1)", "example", key_display="]"),
        Binding("left_square_bracket", "example(-1)", "example", show=False),
        Binding("e", "ask_example", "example", show=False),
        Binding("f", "fprop", "fprop"),
        Binding("r", "run_all", "end"),
        Binding("0", "begin", "begin", show=False),
        Binding("escape", "move", "move", show=False),
        Binding("question_mark,h", "help", "help", key_display="?"),
    ]  # fmt: skip

    def __init__(self, stepper: Stepper):
        super().__init__()
        self.stepper, self.listed, self.asking, self.viewed = stepper, list[Row](), "", ""

    # --- the parts of the window ---

    def compose(self) -> ComposeResult:
        names = [visible(name) for name in self.stepper.plan.names]
        yield Static(id="progress", markup=False)
        with Container(id="main"):
            yield Boxes(id="boxes")
            yield Pane(id="pane")
        yield Input(id="question", compact=True, suggester=SuggestFromList(names, case_sensitive=False))
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.boxes = self.query_one("#boxes", Boxes)
        self.pane = self.query_one("#pane", Pane)
        self.question = self.query_one("#question", Input)
        self.listed = rows(self.stepper)
        self.boxes.add_options([Option(_line(row)) for row in self.listed])
        self._draw()
        self.boxes.focus()

    def _draw(self, note: str = "") -> None:
        """Show where the pass is: in the list what has changed, in the pane the last move, or a box in full."""
        self.query_one("#progress", Static).update(visible(note or progress(self.stepper)))
        now = rows(self.stepper)
        for number, (old, new) in enumerate(zip(self.listed, now, strict=True)):
            if old != new:
                self.boxes.replace_option_prompt_at_index(number, _line(new))
        self.listed = now
        self.pane.show(view(self.stepper, self.viewed) if self.viewed else details(self.stepper))

    def _moved(self) -> None:
        self.viewed = ""
        self.boxes.highlighted = place(self.stepper)
        self._draw()

    # --- moves ---

    def action_interrupt(self) -> None:
        """Ctrl-C ends it, as it ends every command."""
        self.exit(return_code=INTERRUPTED)

    def action_forward(self) -> None:
        self._counted(self.stepper.done, "this is the end: all is computed", self.stepper.step)

    def action_back(self) -> None:
        self._counted(not self.stepper.position, "this is the beginning", self.stepper.back)

    def _counted(self, over: bool, note: str, move: Any) -> None:
        if over:
            self._draw(note)
        else:
            move()
            self._moved()

    def action_fprop(self) -> None:
        self.stepper.run("fprop")
        self._moved()

    def action_run_all(self) -> None:
        self.stepper.run()
        self._moved()

    def action_begin(self) -> None:
        self.stepper.go(0)
        self._moved()

    def action_go(self) -> None:
        """Go to the next move of the chosen box."""
        if self.boxes.highlighted is not None:
            self._go(self.stepper.plan.names[self.boxes.highlighted])

    def _go(self, name: str) -> None:
        try:
            self.stepper.to(name)
        except SettingError as error:
            self._look(name, str(error))
        else:
            self._moved()

    def action_move(self) -> None:
        """Back from a box to the last move."""
        self._answered()
        self.viewed = ""
        self._draw()

    def action_example(self, by: int) -> None:
        self.stepper.example = (self.stepper.example + by) % self.stepper.rows
        self._draw()

    # --- any box ---

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._look(self.stepper.plan.names[event.option_index])

    def _look(self, name: str, note: str = "") -> None:
        """Show a box in full."""
        slot = slot_of(self.stepper, name)
        self.viewed = self.stepper.plan.names[slot]
        self.boxes.highlighted = slot
        self._draw(note)

    def action_find(self) -> None:
        self._ask("find", "a box, such as W2")

    def action_ask_example(self) -> None:
        self._ask("example", f"an example, 0 to {self.stepper.rows - 1}")

    def _ask(self, what: str, hint: str) -> None:
        self.asking, self.question.placeholder = what, hint
        self.question.value = ""
        self.question.add_class("-asked")
        self.question.focus()

    def _answered(self) -> None:
        if self.asking:
            self.asking = ""
            self.question.remove_class("-asked")
            self.boxes.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        question, text = self.asking, event.value.strip()
        self._answered()
        if not text:
            return
        try:
            if question == "example":
                self.stepper.example = _row(text)
                self._draw()
            else:
                self._look(text)
        except BpropError as error:
            self._draw(f"error: {error}")

    def action_help(self) -> None:
        self.pane.show(list(HELP))


def _row(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise SettingError(f"{text!r} is not a whole number")
    return int(text)


def _line(row: Row) -> Text:
    """A box in the list: the marks of its value and gradient, its name and its formula."""
    line = Text("▶" if row.here else " ", no_wrap=True, overflow="ellipsis")
    line.append(f" {MARKS[row.value]} {MARKS[row.gradient]} ", style="green")
    line.append(visible(row.name), style="bold")
    line.append(f"  {visible(row.formula)}", style="dim")
    return line


HELP: tuple[Block, ...] = (
    Heading("keys"),
    Remark("→ or space, ←", "one move forward, one move back"),
    Remark("f, r, 0", "to the end of forward propagation, to the end, to the beginning"),
    Remark("↑ ↓ and Enter, or a click", "choose a box, and show all of its numbers; Esc goes back to the last move"),
    Remark("/", "find any box by its name"),
    Remark("g", "go to the next move of the chosen box; of a parameter: to its gradient, and to its update"),
    Remark("[ ] and e", "the example before and after, and one by its number"),
    Remark("Tab", "from the list of boxes to the numbers, where ↑ ↓ and PgUp PgDn scroll"),
    Remark("q", "quit"),
    Heading("marks: the value, then the gradient"),
    Remark("· ◐ ● ✓ –", "not yet, a part of it, computed, updated, none"),
)
