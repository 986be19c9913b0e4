"""Errors about layers, optimisers and training (E6xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import TinygradZhError

add_entries({})
