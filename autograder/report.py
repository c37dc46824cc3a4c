"""Show a graded class as a table."""

from collections import defaultdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.tasks import all_tasks

QUIET = ("passed", "not attempted", "missing", "unreadable")  # statuses of a task that need no line of their own
COLORS = {"passed": "green", "partial": "yellow", "inconclusive": "yellow"}  # red for what failed


def print_class(results: list[dict]) -> None:
    """Print a row for each student: points, status, and the mistakes that were recognized."""
    table = Table(title=f"{results[0]['assignment']}: {len({r['student'] for r in results})} students")
    table.add_column("student")
    table.add_column("points", justify="right")
    table.add_column("status")
    table.add_column("recognized", overflow="fold")
    by_student = defaultdict(list)
    for result in results:
        by_student[result["student"]].append(result)
    for student, mine in sorted(by_student.items()):
        points, most = (sum(r[key] for r in mine) for key in ("points", "max_points"))
        several = len(mine) > 1
        statuses = [f"[{COLORS.get(r['status'], 'red')}]{r['status']}[/]{_of(r) if several else ''}" for r in mine]
        remarks = escape("\n".join(_remarks(mine)))
        table.add_row(escape(student), f"{points:g} / {most:g}", "\n".join(statuses), remarks)
    console = Console()
    console.print(table)
    console.print("Points are those graded by machine; answers to questions wait to be graded by hand.", style="dim")


def _of(result) -> str:
    return f" [dim]{escape(result['notebook'])}[/]"


def _remarks(results) -> list[str]:
    """Return a line for each recognized mistake, and for what is worth knowing beyond it."""
    lines = []
    for result in results:
        for task in result["tasks"]:
            if task["mistake"]:
                title = next(m.title for m in all_tasks()[task["task"]].mistakes if m.id == task["mistake"])
                lines.append(f"{task['task']}: {title}")
            elif task["status"] not in QUIET:
                lines.append(f"{task['task']}: {task['status']}")
        lines += _shortened(result["messages"])
    return lines


def _shortened(messages: list[str], most: int = 2) -> list[str]:
    rest = len(messages) - most
    return messages[:most] + ([f"... and {rest} more remarks"] if rest > 0 else [])
