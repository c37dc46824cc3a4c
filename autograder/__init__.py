"""The instructors' side: build the course, judge solutions, grade a class."""

from autograder.stock import grade

__all__ = ["grade"]
