"""The one exception of the data modules."""


class DataError(Exception):
    """A data set is missing or damaged. The message says what to type next."""
