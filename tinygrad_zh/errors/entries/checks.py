"""Errors about checks and pictures (E7xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import TinygradZhError

add_entries({})
