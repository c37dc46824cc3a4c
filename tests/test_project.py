"""The project's files agree with each other, and with what they promise."""

import subprocess
import sys
import tomllib

import pytest
import yaml

from autograder.build import stale
from autograder.cli import _parser
from autograder.course import find_course
from autograder.tasks import all_tasks

COURSE = find_course()
ROOT = COURSE.root
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_environment_yml_names_the_same_packages_as_pyproject():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    conda = [e for e in listed if isinstance(e, str) and e not in ("pip", f"python{PROJECT['requires-python']}")]
    extras = PROJECT["optional-dependencies"]
    assert sorted(conda) == sorted([*PROJECT["dependencies"], *extras["instructor"]])
    assert from_pip == extras["development"]
    assert f"python{PROJECT['requires-python']}" in listed


def test_tools_are_pinned_and_the_rest_is_not():
    assert all("==" in requirement for requirement in PROJECT["optional-dependencies"]["development"])
    assert not any("==" in requirement for requirement in PROJECT["dependencies"])


@pytest.mark.parametrize("command", [["check", "."], ["format", "--check", "."]], ids=" ".join)
def test_ruff_is_content(command):
    done = subprocess.run([sys.executable, "-m", "ruff", *command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_everything_generated_is_up_to_date():
    assert stale(COURSE) == []


def test_the_readme_is_short_and_names_every_command():
    readme = (ROOT / "README.md").read_text()
    docs = "".join(p.read_text() for p in ROOT.glob("docs/*.md"))
    assert len(readme.splitlines()) <= 80
    verbs = next(a for a in _parser()._actions if a.dest == "verb").choices
    for verb in verbs:
        assert f"autograder {verb}" in readme + docs, verb
    assert "cs231n-kit doctor" in readme


def test_every_file_that_the_documents_link_to_exists():
    import re

    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_number_of_known_mistakes_is_the_one_that_is_claimed():
    known = sum(len(task.mistakes) for task in all_tasks().values())
    assert f"{known:,} of them" in (ROOT / "README.md").read_text()
    assert f"{known:,} known mistakes" in (ROOT / "CHANGELOG.md").read_text()


def test_the_version_is_in_the_changelog():
    import cs231n_kit

    assert f"## {cs231n_kit.__version__}" in (ROOT / "CHANGELOG.md").read_text()
