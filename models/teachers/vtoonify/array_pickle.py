"""Reads a pickle of one NumPy array of one object, such as a dictionary of arrays.

Neither pickle nor NumPy is given what the file says, since either can be made to run code or to crash. The few opcodes
that such a file consists of are followed here, on values of our own.
"""

import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

ARRAY_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
GLOBALS = {**dict.fromkeys([(module, "_reconstruct") for module in ARRAY_MODULES], "array")}
GLOBALS |= {("numpy", "ndarray"): "ndarray", ("numpy", "dtype"): "dtype", ("_codecs", "encode"): "encode"}
NUMBERS = ("f2", "f4", "f8")
OBJECT = ("O", "O8")
MARK = object()
DAMAGED = "its pickle is damaged"


def read(data: bytes) -> object:
    """The object in the array that `data` is a pickle of. Arrays in it are `Array`.

    Raises:
        ValueError: it is damaged, or holds anything else than arrays, dictionaries, lists, tuples, text and numbers.
    """
    machine = Machine()
    for opcode, arg, _ in pickletools.genops(data):
        if opcode.name == "STOP":
            break
        if opcode.name not in OPCODES:
            raise ValueError(f"it holds the opcode {opcode.name}, which no file of arrays needs")
        OPCODES[opcode.name](machine, arg)
    return machine.top(Array).value


@dataclass(frozen=True)
class Maker:
    """Stands for a function or class that the file names: a value of GLOBALS."""

    name: str

    def make(self, arguments: object) -> object:
        """What a call makes: an `Array`, a `Type` or bytes."""
        if isinstance(arguments, tuple) and arguments:
            if self.name == "array":
                return Array()
            if self.name == "dtype" and arguments[0] in (*NUMBERS, *OBJECT):
                return Type(arguments[0])
            if self.name == "encode" and isinstance(arguments[0], str):  # how older pickles write bytes
                return arguments[0].encode("latin1")
        raise ValueError(f"it calls {self.name} in a way no file of arrays needs")


@dataclass(eq=False)
class Type:
    """A NumPy number type: its code and byte order."""

    code: str
    order: str = "<"

    def build(self, state: object) -> None:
        _, order, *fields = state if isinstance(state, tuple) and len(state) >= 5 else (None, None, state)
        if order not in ("<", ">", "|", "=") or any(value is not None for value in fields[:3]):
            raise ValueError("it holds a number type of fields or of unknown byte order")
        self.order = order


@dataclass(eq=False)
class Array:
    """An array to be: `value` is a NumPy array of numbers, or the one object that the array holds."""

    value: object = None

    def build(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], Type):
            raise ValueError("it holds an array without shape and type")
        _, shape, kind, fortran, data = state
        if isinstance(data, str):  # bytes of Python 2
            data = data.encode("latin1")
        if kind.code in OBJECT and shape == () and isinstance(data, list) and len(data) == 1:
            self.value = data[0]
        elif kind.code in NUMBERS and _is_shape(shape) and isinstance(data, bytes):
            if len(data) != math.prod(shape) * int(kind.code[1:]):
                raise ValueError(f"it holds an array {list(shape)} of {kind.code} with {len(data)} bytes")
            self.value = np.frombuffer(data, kind.order + kind.code).reshape(shape, order="F" if fortran else "C")
        else:
            raise ValueError(f"it holds an array of {kind.code}, which no file of arrays needs")


def _is_shape(shape: object) -> bool:
    return isinstance(shape, tuple) and len(shape) <= 4 and all(type(n) is int and 0 <= n < 2**31 for n in shape)


class Machine:
    """The stack and the memo of a pickle. Every method follows one kind of opcode."""

    def __init__(self):
        self.stack: list = []
        self.memo: dict[int, object] = {}

    def pop(self, count: int) -> list:
        at = len(self.stack) - count
        if at < 0:
            raise ValueError(DAMAGED)
        items = self.stack[at:]
        del self.stack[at:]
        return items

    def pop_to_mark(self) -> list:
        at = next((at for at in range(len(self.stack) - 1, -1, -1) if self.stack[at] is MARK), None)
        if at is None:
            raise ValueError(DAMAGED)
        return self.pop(len(self.stack) - at)[1:]

    def top(self, *kinds: type) -> Any:
        if not self.stack or not isinstance(self.stack[-1], kinds):
            raise ValueError(DAMAGED)
        return self.stack[-1]

    def append(self, items: list) -> None:
        self.top(list).extend(items)

    def set_items(self, items: list) -> None:
        if len(items) % 2 or not all(isinstance(key, str) for key in items[::2]):
            raise ValueError("it holds a key that is no text")
        self.top(dict).update(zip(items[::2], items[1::2], strict=True))

    def remember(self, number: int) -> None:
        self.memo[number] = self.top(object)

    def recall(self, number: int) -> None:
        if number not in self.memo:
            raise ValueError(DAMAGED)
        self.stack.append(self.memo[number])

    def name(self, module: object, name: object) -> None:
        if not isinstance(module, str) or not isinstance(name, str) or (module, name) not in GLOBALS:
            raise ValueError(f"it asks for {module}.{name}, which no file of arrays needs")
        self.stack.append(Maker(GLOBALS[module, name]))

    def call(self) -> None:
        maker, arguments = self.pop(2)
        if not isinstance(maker, Maker):
            raise ValueError(DAMAGED)
        self.stack.append(maker.make(arguments))

    def build(self) -> None:
        (state,) = self.pop(1)
        self.top(Array, Type).build(state)


def _push(machine: Machine, value: object) -> None:
    machine.stack.append(value)


VALUES = ("BINUNICODE", "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES", "BINSTRING", "SHORT_BINSTRING")
VALUES += ("BININT", "BININT1", "BININT2", "LONG1")
OPCODES: dict[str, Callable[[Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME"), lambda m, _: None),
    **dict.fromkeys(VALUES, _push),
    "NONE": lambda m, _: _push(m, None),
    "NEWTRUE": lambda m, _: _push(m, True),
    "NEWFALSE": lambda m, _: _push(m, False),
    "EMPTY_TUPLE": lambda m, _: _push(m, ()),
    "EMPTY_LIST": lambda m, _: _push(m, []),
    "EMPTY_DICT": lambda m, _: _push(m, {}),
    "MARK": lambda m, _: _push(m, MARK),
    "TUPLE1": lambda m, _: _push(m, tuple(m.pop(1))),
    "TUPLE2": lambda m, _: _push(m, tuple(m.pop(2))),
    "TUPLE3": lambda m, _: _push(m, tuple(m.pop(3))),
    "TUPLE": lambda m, _: _push(m, tuple(m.pop_to_mark())),
    "APPEND": lambda m, _: m.append(m.pop(1)),
    "APPENDS": lambda m, _: m.append(m.pop_to_mark()),
    "SETITEM": lambda m, _: m.set_items(m.pop(2)),
    "SETITEMS": lambda m, _: m.set_items(m.pop_to_mark()),
    "MEMOIZE": lambda m, _: m.remember(len(m.memo)),
    "BINPUT": Machine.remember,
    "LONG_BINPUT": Machine.remember,
    "BINGET": Machine.recall,
    "LONG_BINGET": Machine.recall,
    "GLOBAL": lambda m, names: m.name(*names.split(" ", 1)),
    "STACK_GLOBAL": lambda m, _: m.name(*m.pop(2)),
    "REDUCE": lambda m, _: m.call(),
    "BUILD": lambda m, _: m.build(),
}
