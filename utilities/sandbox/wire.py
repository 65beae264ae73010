"""The bytes that parent, zygote and child share; see `protocol` for who says what. Imports nothing but struct."""

from struct import Struct

END, STATUS = b".", b"?"
LOCKED = b"!"
LENGTH = Struct("<I")
TICKET = Struct("<QI")
"""Bytes of memory and seconds of processor time the child may use."""
WAIT_STATUS = Struct("<i")
NO_MEMORY = "the program needed more memory than it may use"
NO_MEMORY_STATUS = 99
"""What a child exits with that has too little memory left to say so. A program that does the same only gets the class
`memory`."""
