"""What stock nbgrader makes of the hostile submissions, by family, as tests/adversarial/README.md shows it.

python -m tests.adversarial.table
"""

import json
from pathlib import Path

from autograder.tasks import all_tasks
from tests.adversarial.hostile import FAMILIES
from tests.adversarial.lying import GIANT
from tests.adversarial.submissions import ALL

SCORES = Path(__file__).with_name("stock_scores.json")
HIDING = "knn-no-loops"  # the task whose known mistakes are hidden by those who lie
HIDING_POINTS = 5


def fair_points(hostile) -> float:
    """Return what a submission deserves: where it hides a known mistake, all but the share of the case that looks for it."""
    if not isinstance(hostile.fair, str):
        return hostile.fair
    cases = all_tasks()[HIDING].hidden
    missed = sum(case.weight for case in cases if case.measure == ("memory" if hostile.fair == GIANT else "steps"))
    return round(HIDING_POINTS * (1 - missed / sum(case.weight for case in cases)), 2)


def counted() -> dict[str, tuple[int, int, float, int]]:
    """Return for each family: how many submissions, how many get too much, the most points, and how many harm others."""
    scores, found = json.loads(SCORES.read_text()), {}
    for family in FAMILIES:
        mine = [(hostile, scores[hostile.name]) for hostile in ALL if hostile.family == family]
        given = [score["score"] or 0.0 for _, score in mine]
        too_much = sum(points > fair_points(hostile) + 0.01 for (hostile, _), points in zip(mine, given, strict=True))
        found[family] = len(mine), too_much, max(given), sum(bool(score["harm"]) for _, score in mine)
    return found


def table() -> str:
    """Return a row for each family and one for all of them."""
    rows = counted()
    many, too_much, most, harmful = zip(*rows.values(), strict=True)
    rows["all"] = sum(many), sum(too_much), max(most), sum(harmful)
    lines = ["| family | submissions | given too much by stock nbgrader | most points | harm done besides |"]
    lines += ["|---|---|---|---|---|"]
    lines += [f"| {family} | {n} | {m} | {p:g} of 19 | {h} |" for family, (n, m, p, h) in rows.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
