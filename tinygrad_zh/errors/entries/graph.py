"""Errors about the graph and its differentiation (E0xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import TinygradZhError

add_entries({})
