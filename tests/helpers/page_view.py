"""What a reader of the report page sees and does, in a real browser."""

from pathlib import Path

from tests.helpers.browser import Browser

INPUT, DIFFERENCE = "canvas[aria-label=input]", "canvas[aria-label^=difference]"
MASK, DISPLACEMENT = "canvas[aria-label='blending mask']", "canvas[aria-label=displacement]"
CROPS = [f".crops figure:nth-child({number}) canvas" for number in (1, 2, 3)]  # teacher, Shortcut, difference


def show(browser: Browser, page: Path, number: int = 0, fragment: str = "#0/0", **more) -> None:
    """Open the page and wait for a frame."""
    browser.errors.clear()
    browser.open(page, fragment=fragment, **more)
    wait_for(browser, number)


def wait_for(browser: Browser, number: int) -> None:
    """Until the page shows the frame of that number."""
    browser.wait(f"document.getElementById('readout')?.textContent.startsWith('frame {number} ')")


def colour(browser: Browser, selector: str, across: float = 0.5, down: float = 0.5) -> float:
    """Mean grey of an element as it is shown, in its middle or at other shares of its width and height."""
    box = browser.box(selector)
    x, y = int(box["x"] + across * box["width"]), int(box["y"] + down * box["height"])
    return browser.picture()[y - 5 : y + 5, x - 5 : x + 5].mean()


def pictures(browser: Browser) -> list[float]:
    """Input, teacher, Shortcut, difference, mask and displacement, as grey levels."""
    stage = [colour(browser, ".stage", across) for across in (0.25, 0.75)]
    return [colour(browser, INPUT), *stage, *(colour(browser, one) for one in (DIFFERENCE, MASK, DISPLACEMENT))]


def set_to(browser: Browser, control: str, value: float) -> None:
    """Choose a value of a control."""
    events = "for (const kind of ['input', 'change']) at(name).dispatchEvent(new Event(kind))"
    browser.run(f"(name => {{ at(name).value = {value}; {events} }})('{control}')")


def themed(browser: Browser, theme: str) -> None:
    """Prefer "light" or "dark" from now on."""
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
