"""Errors whose message is all a learner needs."""


class PlainError(Exception):
    """Jupyter shows this as its message in red, without a traceback."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]
