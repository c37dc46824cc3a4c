"""A line that says how far a run is: alive in a notebook and in a terminal, absent where it would fill a file."""

import sys
import time

REFRESH_SECONDS = 0.2


class Progress:
    """Count steps up to `total`, within a `with`. At its end the line is gone, so that what is kept is the same each time.

    shown : False for no line at all
    """

    def __init__(self, total: int, shown: bool = True):
        self.total, self.done, self._last, self._start = total, 0, 0.0, time.monotonic()
        self._handle = self._bar = None
        if shown and _in_notebook():
            from IPython.display import display

            self._handle = display({"text/plain": ""}, raw=True, display_id=True)
        elif shown and sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, leave=False, mininterval=REFRESH_SECONDS, unit="step")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._handle is not None:
            self._handle.update({"text/plain": ""}, raw=True)
        if self._bar is not None:
            self._bar.close()

    def step(self, words: str = "") -> None:
        """Count one more step; `words` stand in front of the bar."""
        self.done += 1
        if self._bar is not None:
            self._bar.set_description(words, refresh=False)
            self._bar.update()
        now = time.monotonic()
        if self._handle is not None and now - self._last > REFRESH_SECONDS:
            self._last = now
            self._handle.update({"text/plain": self._line(words, now)}, raw=True)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        if self._bar is not None:
            self._bar.write(line, file=sys.stdout)
        else:
            print(line, flush=True)

    def _line(self, words, now):
        from tqdm import tqdm

        return tqdm.format_meter(self.done, self.total, now - self._start, ncols=88, prefix=words, unit="step")


def _in_notebook() -> bool:
    """Return whether a Jupyter kernel runs this, rather than a terminal or a plain interpreter."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and hasattr(shell, "kernel")
