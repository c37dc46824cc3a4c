"""Hand in notebooks for a small class, and look into its gradebook."""

import nbformat

A1 = "a1_data_driven"


def enroll(course, **notebooks):
    for student, notebook in notebooks.items():
        folder = course.root / "submitted" / student / A1
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "timestamp.txt").write_text("2026-01-15 12:00:00 UTC\n")
        if notebook is not None:
            nbformat.write(notebook, folder / "knn.ipynb")


def gradebook(course):
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "cs231n")
