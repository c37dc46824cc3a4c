"""What stock nbgrader makes of the hostile submissions, by family, as the table in docs/instructors.md.

python -m tests.adversarial.table
"""

import json
from pathlib import Path

from tests.adversarial.hostile import FAMILIES
from tests.adversarial.submissions import ALL

SCORES = Path(__file__).with_name("stock_scores.json")


def fair_points(hostile) -> float:
    """Return what a submission deserves; where it hides a known mistake, the most that this could be."""
    return 5.0 if isinstance(hostile.fair, str) else hostile.fair


def table() -> str:
    """Return a row for each family: how many, how many get too much, the most points, and how many harmed others."""
    scores = json.loads(SCORES.read_text())
    lines = ["| family | submissions | given too much by stock nbgrader | most points | others harmed |"]
    lines += ["|---|---|---|---|---|"]
    for family in FAMILIES:
        mine = [(hostile, scores[hostile.name]) for hostile in ALL if hostile.family == family]
        given = [score["score"] or 0.0 for _, score in mine]
        too_much = sum(points > fair_points(hostile) for (hostile, _), points in zip(mine, given, strict=True))
        harmful = sum(bool(score["harm"]) for _, score in mine)
        lines.append(f"| {family} | {len(mine)} | {too_much} | {max(given):g} of 19 | {harmful} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
