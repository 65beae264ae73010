"""Which keys were there already, of millions, in 11 to 22 bytes each; a Python set of tuples takes 200."""

from array import array

_LEAST = 1 << 10


class KeySet:
    """A set that knows its members by their 64-bit hash only (open addressing, linear probing).

    Of 10 million different keys some two are taken for one with a probability of 3 in a million.
    """

    def __init__(self) -> None:
        self._count = 0
        self._table = array("q", bytes(8 * _LEAST))  # 0: a free place

    def __len__(self) -> int:
        return self._count

    def add(self, key: str | tuple[str, int]) -> bool:
        """Take in `key`, a text or a text and a number of 0 or more; False when it was there."""
        if 4 * self._count >= 3 * len(self._table):
            self._grow()
        place, value = _place(self._table, hash(key) or 1)
        is_new = self._table[place] != value
        self._table[place] = value
        self._count += is_new
        return is_new

    def __contains__(self, key: str | tuple[str, int]) -> bool:
        place, value = _place(self._table, hash(key) or 1)
        return self._table[place] == value

    def _grow(self) -> None:
        larger = array("q", bytes(16 * len(self._table)))
        for value in self._table:
            if value:
                larger[_place(larger, value)[0]] = value
        self._table = larger


def _place(table: "array[int]", value: int) -> tuple[int, int]:
    """Where `value` is, or where it would go; and itself."""
    mask = len(table) - 1
    place = value & mask
    while (held := table[place]) and held != value:
        place = (place + 1) & mask
    return place, value
