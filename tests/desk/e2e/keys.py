"""A person without a mouse: goes by Tab, sees where the focus is, and never loses it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

_STOPS = 150
"""More than any page has."""
# Where the focus is: on nothing; out of sight, or behind what sticks; without a ring; or seen.
_WHERE = """() => {
  const element = document.activeElement;
  if (element === document.body) return "body";
  const {outerHTML} = element, said = outerHTML.slice(0, 90);
  const box = element.getClientRects()[0];
  if (!box) return `not drawn: ${said}`;
  // The middle of what of it is on the screen: a long text is longer than that.
  const [from, to] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const [x, y] = [box.left + box.width / 2, (from + to) / 2];
  const hit = document.elementFromPoint(x, y);
  if (!hit || !(element.contains(hit) || hit.contains(element))) return `covered: ${said}`;
  const drawn = [null, "::after"].map((part) => getComputedStyle(element, part));
  const isRing = ({outlineStyle, outlineWidth}) => outlineStyle !== "none" && outlineWidth > "1";
  return drawn.some(isRing) ? "" : `no ring: ${said}`;
}"""


@dataclass(frozen=True)
class Keys:
    """The keyboard of one page."""

    page: Page

    def __post_init__(self) -> None:
        """Where it scrolls smoothly, a stop would be looked at on its way."""
        self.page.emulate_media(reduced_motion="reduce")

    def press(self, *keys: str) -> "Keys":
        """One after the other."""
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def to(self, place: Locator, key: str = "Tab") -> "Keys":
        """Tab by Tab until it has the focus; every stop on the way is seen."""
        # Before that, its style is not there to be seen, nor its script to hear a key.
        place.wait_for(state="attached")
        self.page.wait_for_load_state()
        for _ in range(_STOPS):
            if place.evaluate("element => element === document.activeElement"):
                self.assert_seen()
                return self
            self.press(key)
            self.assert_seen()
        raise AssertionError(f"{place} is out of the keyboard's reach")

    def back_to(self, place: Locator) -> "Keys":
        """The other way round."""
        return self.to(place, "Shift+Tab")

    def on(self, place: Locator) -> "Keys":
        """There, and Enter."""
        return self.to(place).press("Enter")

    def tick(self, place: Locator) -> "Keys":
        """There, and the space bar."""
        return self.to(place).press("Space")

    def write(self, place: Locator, text: str) -> "Keys":
        """There, and in place of what stands there."""
        self.to(place).press("Control+A")
        self.page.keyboard.type(text)
        return self

    def choose(self, place: Locator, text: str) -> "Keys":
        """There, and the beginning of the choice."""
        self.to(place)
        self.page.keyboard.type(text)
        return self

    def assert_seen(self) -> None:
        """Drawn, uncovered, with a ring; or before the first stop and after the last."""
        found = self.page.evaluate(_WHERE)
        if found not in ("", "body"):
            raise AssertionError(f"the focus is {found}")

    def assert_kept(self) -> None:
        """What was swapped or loaded has taken the focus, or left it where it was."""
        # A function: an expression would be evaluated anew at each look, which the policy refuses.
        self.page.wait_for_function("() => document.activeElement !== document.body")
