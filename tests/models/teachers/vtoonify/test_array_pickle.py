import pickle

import numpy as np
import pytest

from models.teachers.vtoonify.array_pickle import read

EXAMPLES = {
    "a": np.arange(6.0).reshape(1, 3, 2),
    "b": np.asfortranarray(np.ones((1, 2, 2), ">f4")),
    "c": np.float16([1]),
}


def pickled(value, protocol):
    return pickle.dumps(np.array(value, object), protocol)


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_arrays_come_back_from_every_protocol_that_numpy_wrote(protocol):
    found = read(pickled(EXAMPLES, protocol))
    assert list(found) == list(EXAMPLES)
    for name, array in EXAMPLES.items():
        np.testing.assert_array_equal(found[name].value, array)


def test_arrays_of_python_2_come_back():
    # as pickle.dumps(numpy.array({"a": numpy.zeros((1, 1, 1), "<f4") + 1}, object), 2) wrote it there
    data = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03(K\x01)cnumpy\n"
        b"dtype\nq\x04U\x02O8K\x00K\x01\x87Rq\x05(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]q\x06}q\x07U\x01ah\x01h\x02"
        b"K\x00\x85U\x01b\x87R(K\x01K\x01K\x01K\x01\x87h\x04U\x02f4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"\x89U\x04\x00\x00\x80?tbsatb."
    )
    assert read(data)["a"].value.tolist() == [[[1.0]]]


class Crafted:
    """Restores itself as a number type with this state, with which NumPy reads memory that is not its own."""

    def __init__(self, *state):
        self.state = state

    def __reduce__(self):
        return np.dtype, ("f8", False, True), self.state


@pytest.mark.parametrize(
    "state",
    [
        (3, "|", (1, 2, 3), None, None, -1, -1, 0),
        (3, "|", None, ("a",), {"a": (1, 10**9)}, 10**9, 1, 63),
        (3, 5, None, None, None, -1, -1, 0),
        (3,),
        "text",
    ],
)
def test_a_crafted_number_type_is_refused(state):
    data = pickled({"a": Crafted(*state)}, 4)
    with pytest.raises(ValueError, match="a number type of fields or of unknown byte order"):
        read(data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.", "it asks for os.system"),
        (b"\x80\x02P1\n.", "the opcode PERSID"),
        (b"\x80\x02\x82\x01.", "the opcode EXT1"),
        (b"\x80\x02\x85.", "damaged"),
        (b"\x80\x02h\x05.", "damaged"),
        (b"\x80\x02t.", "damaged"),
        (b"\x80\x02", "exhausted"),
        (b"", "exhausted"),
        (b"\x80\x02]K\x01b.", "damaged"),
        (b"\x80\x02" + b")" + b"\x85" * 200_000 + b"}" + b"K\x01\x86.", "damaged"),
    ],
)
def test_anything_else_is_refused_by_name(data, told):
    with pytest.raises(ValueError, match=told):
        read(data)


def test_an_array_that_is_shorter_than_its_shape_is_refused():
    data = pickled({"a": np.zeros((1, 2, 2), np.float32)}, 2).replace(b"K\x01K\x02K\x02", b"K\x01K\x02K\x03")
    with pytest.raises(ValueError, match=r"an array \[1, 2, 3\] of f4 with 16 bytes"):
        read(data)
