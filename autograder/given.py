"""Make an assignment's given.py: what earlier assignments taught, for notebooks that build on it."""

import ast
from pathlib import Path

from autograder.course import Course
from autograder.source import BEGIN_SOLUTION, END_SOLUTION, Cell, read_source

HEADER = '''"""What earlier assignments taught, as their solutions have it.

Generated from solutions/ by `autograder build`: what is changed here is lost.
"""
'''


def given_files(course: Course) -> dict[Path, bytes]:
    """Return given.py, by its path under solutions/, of every assignment that imports it. nbgrader copies it on."""
    building_on = {source.parent for source in course.sources if "from given import" in source.read_text(encoding="utf-8")}
    return {folder / "given.py": _text(course, folder).encode() for folder in sorted(building_on)}


def _text(course, folder) -> str:
    imports, parts, used = {}, [], set()
    for source in course.sources:
        if source.parent < folder:
            definitions = [text for cell in read_source(source) for text in _definitions(cell, imports)]
            parts += [f"# {source.parent.name}/{source.stem}", *definitions] if definitions else []
            used |= {node.id for text in definitions for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    needed = sorted(line for name, line in imports.items() if name in used)
    return "\n\n\n".join([HEADER + "\n" + "\n".join(needed), *parts]) + "\n"


def _definitions(cell: Cell, imports: dict[str, str]) -> list[str]:
    """Return the functions and classes that a cell defines, and note its imports by the name that they bind."""
    if cell.kind not in ("setup", "exercise"):
        return []
    lines = [line for line in cell.text.split("\n") if BEGIN_SOLUTION not in line and END_SOLUTION not in line]
    text, found = "\n".join(lines), []
    for node in ast.parse(text).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "given":  # it is here, too
            for alias in node.names:
                imports[alias.asname or alias.name] = _import_line(node, alias)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found.append("\n".join(text.split("\n")[first - 1 : node.end_lineno]))
    return found


def _import_line(node, alias) -> str:
    name = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    return f"import {name}" if isinstance(node, ast.Import) else f"from {node.module} import {name}"
