"""Makes the pictures of `bprop play`: python docs/make_play_pictures.py

Needs Chromium, Playwright (extra `browser`), the extra `play`, and Pillow, which puts the moving picture together.
Look at them: overlaps, clipped labels and unreadable text are defects.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bprop.playing.machine import Machine
from bprop.playing.serving import PlayServer
from bprop.playing.subjects.opening import subject_of

FOLDER = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTH, HEIGHT = 1280, 800
MOST = 2_000_000
"""The most bytes of the moving picture."""
STORE = "document.getElementById('play').play.store"
CURSOR = """() => {
    const space = 'http://www.w3.org/2000/svg', svg = document.createElementNS(space, 'svg');
    const path = document.createElementNS(space, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    Object.assign(svg.style, { position: 'fixed', width: '26px', height: '26px', zIndex: 9, pointerEvents: 'none' });
    path.setAttribute('d', 'M5 2l14 12-6 .6 3.6 7-2.6 1.3-3.5-7L5 20z');
    path.setAttribute('fill', '#111');
    path.setAttribute('stroke', '#fff');
    path.setAttribute('stroke-width', '1.4');
    svg.append(path);
    document.body.append(svg);
    document.addEventListener('mousemove', ({ clientX, clientY }) => {
        svg.style.left = `${clientX - 4}px`;
        svg.style.top = `${clientY - 2}px`;
    }, true);
}"""
PLACE = """(name) => {
    const path = document.querySelector(`[data-weight="${name}"] .hit`);
    const at = path.getPointAtLength(path.getTotalLength() * 0.45);
    const around = path.ownerSVGElement.getBoundingClientRect();
    return [around.x + at.x, around.y + at.y];
}"""


@contextmanager
def opened(subject: str, scheme: str, width: int = WIDTH, height: int = HEIGHT) -> Iterator[Page]:
    """The page of a subject."""
    server = PlayServer(Machine(subject_of(subject)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(server.url)
        page.wait_for_selector(".network-card")
        yield page
        browser.close()
    server.close()


def send(page: Page, command: str, **more: object) -> None:
    """A command, whose answer is painted when this returns."""
    page.evaluate(f"([name, more]) => {STORE}.send(name, more)", [command, more])
    settle(page)


def settle(page: Page) -> None:
    """Wait until no command is on its way and the page is painted."""
    page.evaluate(
        f"""async () => {{
            const painted = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
            await painted();
            while ({STORE}.busy.value) await painted();
            await painted();
        }}"""
    )


def shoot(page: Page, name: str) -> None:
    """A picture of what is to be seen."""
    page.wait_for_timeout(300)
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(FOLDER / name, quality=88, method=6)
    print(f"wrote {name} ({(FOLDER / name).stat().st_size:,} bytes)")


def shoot_passes() -> None:
    """A network in the midst of backpropagation, with a weight that was checked: light and dark."""
    for scheme, name in (("light", "play-light.webp"), ("dark", "play-dark.webp")):
        with opened("moons", scheme, 1440, 1180) as page:
            send(page, "step", updates=60)
            send(page, "choose", parameter="W2", index=[1, 0])
            page.click('[data-do="check"]')
            send(page, "run_pass", phase="fprop")
            send(page, "forward", count=4)
            shoot(page, name)


def shoot_images() -> None:
    """Digits, box by box."""
    with opened("digits", "light", 1440, 1100) as page:
        send(page, "step", updates=1500)
        send(page, "run_pass", phase="fprop")
        shoot(page, "play-digits.webp")


def moving(page: Page) -> Iterator[Image.Image]:
    """The frames: a weight is dragged up and down and the boundary follows; then training."""

    def frame() -> Image.Image:
        settle(page)
        return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize((960, 600), Image.Resampling.LANCZOS)

    page.evaluate(CURSOR)
    x, y = page.evaluate(PLACE, "W2[1, 0]")
    for share in (0.0, 0.5, 1.0):
        page.mouse.move(x + 160 * (1 - share), y + 190 * (1 - share))
        yield frame()
    page.mouse.down()
    for height in [*range(0, 200, 12), *range(200, -140, -16), *range(-140, 0, 20)]:
        page.mouse.move(x, y - height)
        yield frame()
    page.mouse.up()
    play = page.locator('[data-do="train"]').bounding_box()
    assert play is not None
    for share in (0.3, 0.7, 1.0):
        page.mouse.move(x + (play["x"] + 28 - x) * share, y + (play["y"] + 28 - y) * share)
        yield frame()
    for updates in [2] * 10 + [6] * 10 + [20] * 12 + [60] * 8:
        send(page, "step", updates=updates)
        yield frame()


def shoot_moving() -> None:
    """play-moving.webp: the top of the README."""
    with opened("moons", "light") as page:
        send(page, "run_pass", phase="fprop")
        frames = list(moving(page))
    times = [110] * (len(frames) - 1) + [2500]
    for quality in (70, 60, 50, 40, 30):
        frames[0].save(
            FOLDER / "play-moving.webp", save_all=True, append_images=frames[1:], duration=times, loop=0,
            quality=quality, method=6,
        )  # fmt: skip
        size = (FOLDER / "play-moving.webp").stat().st_size
        if size < MOST:
            break
    else:
        raise SystemExit(f"play-moving.webp has {size:,} bytes: make fewer frames")
    print(f"wrote play-moving.webp ({size:,} bytes, {len(frames)} frames, quality {quality})")


if __name__ == "__main__":
    shoot_passes()
    shoot_images()
    shoot_moving()
