"""The bytes that parent, zygote and child share; see `protocol` for who says what. Imports nothing but struct."""

from struct import Struct

END, STATUS = b".", b"?"
LOCKED = b"!"
LENGTH = Struct("<I")
TICKET = Struct("<QI")
"""Bytes of memory and seconds of processor time the child may use."""
WAIT_STATUS = Struct("<i")
