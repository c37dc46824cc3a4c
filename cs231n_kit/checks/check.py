"""The visible check: run the public cases of a task and tell the learner what is right and what is not."""

import ast
import os
import sys
import textwrap

from cs231n_kit.checks.assess import UNWRITTEN, Outcome, assess, failed_with, plural, recognize
from cs231n_kit.checks.observe import observe
from cs231n_kit.checks.probes import Probe, find_probe
from cs231n_kit.checks.store import load_frozen
from cs231n_kit.plain_error import PlainError

WIDTH = 90


class CheckFailed(PlainError):
    """A visible check found something wrong. What, was printed."""


def check(task: str, *objects) -> None:
    """Try the learner's objects on the public cases of `task` and print what came out.

    objects : what the task's probe asks for, such as the class `KNearestNeighbor`.
    Raises CheckFailed when a case fails, except under `nbgrader autograde`, where the hidden test gives partial credit.
    """
    probe = find_probe(task)
    if _has_syntax_error(probe.target):
        print(
            _wrap(
                f"✎ {task}: the cell that defines {probe.target} did not run, for its last version is not valid Python. "
                f"Repair what Jupyter marked in red there, run it, then this one."
            )
        )
        return _fail(f"{task} was not tried; what is defined is an older version")
    right, report = try_public_cases(task, *objects, quiet=False)
    print(report)
    if not right:
        return _fail(f"{task} is not right yet; the lines above say where")
    if probe.race:
        print(_race_sentence(probe, objects))
    return None


def try_public_cases(task: str, *objects, quiet: bool = True) -> tuple[bool, str]:
    """Return whether the objects pass the public cases of a task, and what there is to say about it."""
    probe = find_probe(task)
    frozen = load_frozen("cs231n_kit.checks", probe)
    outcomes = assess(frozen["samples"], lambda inputs, measure: observe(probe, objects, inputs, measure, quiet))
    return is_right(outcomes), describe(probe, outcomes, frozen["mistakes"])


def _fail(message: str) -> None:
    """Turn the cell red, except where the hidden test behind it has to run, too."""
    if os.environ.get("NBGRADER_EXECUTION") != "autograde":
        raise CheckFailed(message)


def _has_syntax_error(target: str) -> bool:
    """Return whether the last cell run that defines `target` is not valid Python: what exists is then an older version."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not shell.user_ns.get("In"):
        return False
    cells = [source for source in shell.user_ns["In"] if f"def {target}(" in source]
    try:
        ast.parse(shell.transform_cell(cells[-1]) if cells else "")
    except SyntaxError:
        return True
    return False


def is_right(outcomes: list[Outcome]) -> bool:
    """Return whether no case that counts has failed."""
    return not any(o.passed is False and o.sample.weight > 0 for o in outcomes)


def describe(probe: Probe, outcomes: list[Outcome], mistakes: dict[str, dict]) -> str:
    """Return what there is to say about the outcomes: each case that failed, and the mistake it looks like.

    mistakes : {id: {"title": ..., "hint": ...}}
    """
    if any(failed_with(o, UNWRITTEN) for o in outcomes):
        return _wrap(
            f"✎ {probe.task}: {probe.target} is not written yet, or it still reaches `raise NotImplementedError()`. "
            f"Put your code in place of that line, run the cell, then this one."
        )
    if any(_is_undefined(o, probe) for o in outcomes):
        return _wrap(f"✎ {probe.task}: there is no {probe.target} yet. Run the cell above, which defines it, then this one.")
    lines = [_headline(probe, outcomes), *_case_lines(outcomes)]
    mistake = recognize(outcomes)
    if mistake:
        words = mistakes[mistake]
        lines += ["", _wrap(f"This looks like a mistake we know: {words['title']}.", "  "), _wrap(words["hint"], "  ")]
    return "\n".join(lines)


def _case_lines(outcomes):
    """Tell the first failed case in full and the others by name, then what is unclear or only worth a note."""
    failed = [o for o in outcomes if o.passed is False and o.sample.weight > 0]
    lines = [_told("✗", o) for o in failed[:1]]
    if len(failed) > 1:
        lines.append(_wrap("✗ not right either: " + "; ".join(o.sample.name for o in failed[1:]), "  "))
    if not failed:
        for o in outcomes:
            if o.passed is not True:
                lines += [_told("·", o), *([_wrap(o.sample.remark, "    ")] if o.sample.remark else [])]
    return lines


def _told(mark, outcome):
    """Return an outcome's message, with its first line wrapped and the others, which show numbers or code, as they are."""
    first, *rest = outcome.message.split("\n")
    return "\n".join([_wrap(f"{mark} {outcome.sample.name}: {first}", "  "), *rest])


def _headline(probe, outcomes):
    counted = [o for o in outcomes if o.sample.weight > 0]
    good = sum(o.passed is not False for o in counted)
    if good == len(counted):
        return _wrap(f"✓ {probe.task}: " + ", ".join([f"right in all {good} cases", *dict.fromkeys(_praise(counted))]))
    return f"✗ {probe.task}: {good} of {len(counted)} cases {'is' if good == 1 else 'are'} right"


def _praise(outcomes):
    for o in outcomes:
        if o.sample.measure == "steps":
            yield "without a loop over " + " or ".join(plural(axis) for axis in o.sample.axes)
        if o.sample.measure == "memory":
            yield "with little memory"


def _is_undefined(outcome, probe):
    return any(
        seen.failure and seen.failure.kind == "AttributeError" and f"no attribute '{probe.target}'" in seen.failure.message
        for seen in outcome.observed
    )


def _wrap(text, indent=""):
    lines = {"initial_indent": indent, "subsequent_indent": indent or "  ", "break_on_hyphens": False}
    return textwrap.fill(" ".join(text.split()), WIDTH, **lines)


def _objects_of(rival, probe, objects) -> tuple:
    """Return what the rival's probe asks for: the same objects, or others that the learner's function can see."""
    known = {**getattr(objects[0], "__globals__", {}), **dict(zip(probe.names, objects, strict=True))}
    return tuple(known.get(name) for name in rival.names)


def _race_sentence(probe, objects):
    """Return how many times faster the task is than the learner's own earlier version, in CPU time."""
    race, rival = probe.race, find_probe(probe.race.rival)
    inputs = race.draw()
    slow = observe(rival, _objects_of(rival, probe, objects), inputs, "time")
    if slow.failure:
        return _wrap(f"Write {rival.target} too, and this check will show how much faster {probe.target} is.", "  ")
    fast = min(observe(probe, objects, inputs, "time").cost for _ in range(5))
    return f"  {slow.cost / fast:,.0f} times as fast as {race.words}: {1e3 * slow.cost:.0f} ms became {1e3 * fast:.1f} ms."
