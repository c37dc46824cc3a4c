"""Find what is active in a page that an instructor opens."""

from html.parser import HTMLParser

from tests.adversarial.hostile import ALERT

_FETCHING = ("iframe", "object", "embed", "base", "form", "meta", "link")


def active(page: str) -> list[str]:
    """Return a word on each place where a hostile submission's own script would run, or where a click would run it."""
    finder = _Finder()
    finder.feed(page)
    return finder.found


class _Finder(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag, attributes):
        self._inside = tag
        for name, value in attributes:
            plain = "".join((value or "").split())
            if ALERT in plain and (name.startswith("on") or name == "srcdoc" or _runs(plain)):
                self.found.append(f"<{tag} {name}>")
            elif ALERT in plain and tag in _FETCHING:
                self.found.append(f"<{tag}>")

    def handle_data(self, data):
        if ALERT in data and self._inside in ("script", "style") and '"application/vnd' not in self.get_starttag_text():
            self.found.append(f"<{self._inside}>")
        if "\\href{javascript:" in data:
            self.found.append("a link made by MathJax")

    def handle_endtag(self, tag):
        self._inside = ""


def _runs(address: str) -> bool:
    return address.lower().startswith(("javascript:", "data:text/html", "data:image/svg", "vbscript:"))
