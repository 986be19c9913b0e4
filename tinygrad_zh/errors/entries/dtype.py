"""Errors about dtypes and arguments (E2xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import TinygradZhError

add_entries({})
