"""A task is found by its name, and there is one probe for each."""

import inspect
import re

import pytest

from cs231n_kit.checks import probes
from cs231n_kit.checks.probes import Probe, Race, UnknownTask, all_probes, find_probe, probe


@pytest.fixture
def registry(monkeypatch):
    """The registered probes, of which changes last for one test."""
    copied = dict(all_probes())
    monkeypatch.setattr(probes, "_PROBES", copied)
    return copied


def run(Model, Solver, /, X, y=None):
    return {}


def test_an_unknown_task_is_refused_with_the_nearest_names():
    with pytest.raises(UnknownTask, match=r"no task is called 'knn-noloops'; did you mean 'knn-no-loops'"):
        find_probe("knn-noloops")


@pytest.mark.parametrize("task", ["", "zzzzzzz", "KNearestNeighbor"])
def test_an_unknown_task_that_resembles_none_is_refused_with_some_that_exist(task):
    with pytest.raises(UnknownTask) as caught:
        find_probe(task)
    offered = re.findall("'([^']*)'", str(caught.value).partition("did you mean")[2])
    assert offered
    assert set(offered) <= set(all_probes())


def test_what_a_probe_needs_from_the_notebook_are_its_positional_only_parameters():
    assert Probe("task", "target", run).names == ("Model", "Solver")
    assert Probe("task", "target", lambda X: {}).names == ()


def test_a_registered_function_is_found_under_its_task_and_stays_a_function(registry):
    race = Race("rival", "your loops", dict)
    assert probe("a-task", "target", race)(run) is run
    assert find_probe("a-task") == Probe("a-task", "target", run, race)


def test_a_second_probe_for_a_task_is_refused_and_the_first_one_kept(registry):
    probe("a-task", "target")(run)
    with pytest.raises(ValueError, match=r"two probes for task 'a-task': .*test_probes"):
        probe("a-task", "other")(lambda: {})
    assert find_probe("a-task").target == "target"


def test_every_probe_stands_under_its_task_and_its_race_names_another_of_the_same_inputs():
    for task, found in all_probes().items():
        assert found.task == task
        assert found.target.isidentifier()
        if found.race:
            inputs = found.race.draw()
            assert task != found.race.rival
            for racer in (found, find_probe(found.race.rival)):
                inspect.signature(racer.run).bind(*racer.names, **inputs)
