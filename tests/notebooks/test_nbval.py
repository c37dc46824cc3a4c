"""The executed solutions still print what they printed."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.course import find_course
from tests.notebooks.nbval_run import failures

SOURCES = find_course().sources


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_solution_run_again_shows_what_it_showed(source, tmp_path):
    assert failures(source.with_suffix(".ipynb"), tmp_path / "report.xml") == []


def write(path, *cells):
    notebook = new_notebook()
    for number, (source, text) in enumerate(cells, 1):
        outputs = [new_output("stream", text=text)] if text else []
        notebook.cells.append(new_code_cell(source, execution_count=number, outputs=outputs))
    nbformat.write(notebook, path)
    return path


@pytest.mark.slow
def test_another_number_fails(tmp_path):
    notebook = write(tmp_path / "other.ipynb", ("print(f'{0.274:.3f}')", "0.274\n"), ("print(f'{0.278:.3f}')", "0.277\n"))
    found = failures(notebook, tmp_path / "report.xml")
    assert len(found) == 1
    assert "0.277" in found[0]


@pytest.mark.slow
def test_a_time_out_fails_loudly_and_so_do_the_cells_behind_it(tmp_path):
    notebook = write(tmp_path / "late.ipynb", ("import time; time.sleep(60)", ""), ("print('late')", "never\n"))
    assert len(failures(notebook, tmp_path / "report.xml", cell_seconds=2)) == 2


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_notebook_is_smaller_than_a_megabyte(source):
    assert source.with_suffix(".ipynb").stat().st_size < 1e6


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_solution_carries_outputs_and_no_error_or_stray_repr(source):
    cells = [c for c in nbformat.read(source.with_suffix(".ipynb"), as_version=4).cells if c.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert len(outputs) > 10
    assert not any(o.output_type == "error" or o.get("name") == "stderr" for o in outputs)
    assert not any("Axes" in o.get("data", {}).get("text/plain", "") for o in outputs if o.output_type == "execute_result")


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_every_picture_has_alt_text(source):
    cells = [c for c in nbformat.read(source.with_suffix(".ipynb"), as_version=4).cells if c.cell_type == "code"]
    pictures = [output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert pictures
    assert all(len(p.metadata.get("image/png", {}).get("alt", "")) > 10 for p in pictures)
