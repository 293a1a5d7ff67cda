"""What ends the bench, or one of its questions, with a line that a person can read."""


class Trouble(Exception):
    """Something could not be measured; the message says why."""
