"""A class grows from cell to cell."""

import doctest

import pytest

from cs231n_kit import add_to, attach


def test_a_function_becomes_a_method_and_stays_a_function():
    class Circle: ...

    @add_to(Circle)
    def area(self, r):
        return self, r

    circle = Circle()
    assert circle.area(2) == (circle, 2) == area(circle, 2)


def test_running_the_cell_again_replaces_the_method_of_objects_that_exist():
    class Circle: ...

    def define(answer):
        @add_to(Circle)
        def area(self):
            return answer

    define("first")
    circle = Circle()
    define("second")
    assert circle.area() == "second"


def test_a_subclass_gets_the_method_and_its_base_does_not_get_the_subclass_s():
    class Shape: ...

    class Circle(Shape): ...

    @add_to(Shape)
    def name(self): ...

    @add_to(Circle)
    def radius(self): ...

    assert hasattr(Circle, "name")
    assert not hasattr(Shape, "radius")


@pytest.mark.parametrize("not_a_class", [object(), lambda self: None, "Circle", None])
def test_anything_but_a_class_is_refused_with_what_to_write_instead(not_a_class):
    with pytest.raises(TypeError, match=r"takes a class, got .*\n  fix: write @add_to"):
        add_to(not_a_class)


def test_the_example_in_the_docstring_holds():
    results = doctest.testmod(attach)
    assert results.attempted > 0
    assert results.failed == 0
