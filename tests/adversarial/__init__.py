"""Hostile submissions that the grader must withstand, and the score that stock nbgrader gives each of them."""
