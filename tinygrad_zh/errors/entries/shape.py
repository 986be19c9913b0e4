"""Errors about shapes, dimensions and indices (E1xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import TinygradZhError

add_entries({})
