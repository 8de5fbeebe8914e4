"""Reads a pickle of one NumPy array of one object, such as a dictionary of arrays.

Neither pickle nor NumPy is given what the file says, since either can be made to run code or to crash. The few opcodes
that such a file consists of are followed here, on values of our own.
"""

import math
import pickletools
from dataclasses import dataclass

import numpy as np

ARRAY_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
GLOBALS = {**dict.fromkeys([(module, "_reconstruct") for module in ARRAY_MODULES], "array")}
GLOBALS |= {("numpy", "ndarray"): "ndarray", ("numpy", "dtype"): "dtype", ("_codecs", "encode"): "encode"}
NUMBERS = ("f2", "f4", "f8")
OBJECT = ("O", "O8")
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
VALUES = {"BINUNICODE", "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES", "BINSTRING", "SHORT_BINSTRING"}
VALUES |= {"BININT", "BININT1", "BININT2", "LONG1"}
MARK = object()
DAMAGED = "its pickle is damaged"


def read(data: bytes) -> object:
    """The object in the array that `data` is a pickle of. Arrays in it are `Array`.

    Raises:
        ValueError: it is damaged, or holds anything else than arrays, dictionaries, lists, tuples, text and numbers.
    """
    stack: list = []
    memo: dict[int, object] = {}
    for opcode, arg, _ in pickletools.genops(data):
        if opcode.name == "STOP":
            break
        _follow(opcode.name, arg, stack, memo)
    return _top(stack, Array).value


@dataclass(eq=False)
class Type:
    """A NumPy number type: its code and byte order."""

    code: str
    order: str = "<"

    def build(self, state: object) -> None:
        plain = isinstance(state, tuple) and len(state) >= 5 and all(value is None for value in state[2:5])
        if not plain or state[1] not in ("<", ">", "|", "="):
            raise ValueError("it holds a number type of fields or of unknown byte order")
        self.order = state[1]


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


def _follow(name: str, arg: object, stack: list, memo: dict[int, object]) -> None:
    """Do what one opcode says; ValueError if no file of arrays needs it."""
    if name in ("PROTO", "FRAME"):
        return
    if name in VALUES:
        stack.append(arg)
    elif name in CONSTANTS:
        stack.append(CONSTANTS[name])
    elif name in ("EMPTY_LIST", "EMPTY_DICT", "MARK"):
        stack.append({"EMPTY_LIST": list, "EMPTY_DICT": dict, "MARK": lambda: MARK}[name]())
    elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
        stack.append(tuple(_popped(stack, int(name[-1]))))
    elif name == "TUPLE":
        stack.append(tuple(_down_to_mark(stack)))
    elif name in ("APPEND", "APPENDS"):
        items = _popped(stack, 1) if name == "APPEND" else _down_to_mark(stack)
        _top(stack, list).extend(items)
    elif name in ("SETITEM", "SETITEMS"):
        items = _popped(stack, 2) if name == "SETITEM" else _down_to_mark(stack)
        if not all(isinstance(key, str) for key in items[::2]):
            raise ValueError("it holds a key that is no text")
        _top(stack, dict).update(zip(items[::2], items[1::2], strict=True))
    elif name in ("MEMOIZE", "BINPUT", "LONG_BINPUT"):
        memo[len(memo) if name == "MEMOIZE" else arg] = _top(stack, object)
    elif name in ("BINGET", "LONG_BINGET"):
        if arg not in memo:
            raise ValueError(DAMAGED)
        stack.append(memo[arg])
    elif name in ("GLOBAL", "STACK_GLOBAL"):
        stack.append(_allowed(*(arg.split(" ", 1) if name == "GLOBAL" else _popped(stack, 2))))
    elif name == "REDUCE":
        stack.append(_made(*_popped(stack, 2)))
    elif name == "BUILD":
        (state,) = _popped(stack, 1)
        _top(stack, (Array, Type)).build(state)
    else:
        raise ValueError(f"it holds the opcode {name}, which no file of arrays needs")


@dataclass(frozen=True)
class Maker:
    """Stands for a function or class that the file names: a value of GLOBALS."""

    name: str


def _allowed(module: object, name: object) -> Maker:
    if not isinstance(module, str) or not isinstance(name, str) or (module, name) not in GLOBALS:
        raise ValueError(f"it asks for {module}.{name}, which no file of arrays needs")
    return Maker(GLOBALS[module, name])


def _made(maker: object, args: object) -> object:
    if isinstance(maker, Maker) and isinstance(args, tuple) and args:
        if maker.name == "array":
            return Array()
        if maker.name == "dtype" and args[0] in (*NUMBERS, *OBJECT):
            return Type(args[0])
        if maker.name == "encode" and isinstance(args[0], str):  # how older pickles write bytes
            return args[0].encode("latin1")
    raise ValueError(
        f"it calls {maker if not isinstance(maker, Maker) else maker.name} in a way no file of arrays needs"
    )


def _popped(stack: list, count: int) -> list:
    if len(stack) < count:
        raise ValueError(DAMAGED)
    items = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    return items


def _down_to_mark(stack: list) -> list:
    at = next((at for at in range(len(stack) - 1, -1, -1) if stack[at] is MARK), None)
    if at is None:
        raise ValueError(DAMAGED)
    items = stack[at + 1 :]
    del stack[at:]
    return items


def _top(stack: list, kind: type | tuple[type, ...]):
    if not stack or not isinstance(stack[-1], kind):
        raise ValueError(DAMAGED)
    return stack[-1]
