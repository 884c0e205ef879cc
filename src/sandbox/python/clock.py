"""The real clock, taken before frozen.py replaces it."""

from time import monotonic


def monotonic_ms() -> float:
    """Milliseconds since some moment in the past."""
    return monotonic() * 1000
