import numpy as np
import pytest
from skimage.data import astronaut

from data.faces.crop import cropped_size
from data.faces.detector import Mtcnn
from data.faces.paste import enlarged
from data.faces.pasted import write_pasted
from data.faces.portraits import Portraits
from data.video import decode
from data.video_writer import VideoWriter

FRAME = astronaut()[20:240, 120:340]  # 220 px square, with the face in its middle
EMPTY = np.full_like(FRAME, 90)


@pytest.fixture(scope="module")
def video():
    """A face that comes after one empty frame."""
    return Portraits(lambda: iter([EMPTY, FRAME, FRAME]), Mtcnn(), padding=(30,) * 4, eye_distance_px=32)


@pytest.fixture
def stylised(tmp_path, video):
    """The crops of three frames in twice their size, red beside green: green is the rightmost panel."""
    [portrait] = video.portraits
    width, height = (2 * side for side in cropped_size(portrait.crop))
    picture = np.zeros((height, 2 * width, 3), np.uint8)
    picture[:, :width, 0] = picture[:, width:, 1] = 255
    with VideoWriter(tmp_path / "face.mp4", 25, (2 * width, height)) as output:
        for _ in range(3):
            output.write(picture)
    return tmp_path / "face.mp4"


def test_the_rightmost_panel_is_put_where_the_face_is_and_when_it_is_there(tmp_path, video, stylised):
    write_pasted(tmp_path / "whole.mp4", video, [stylised], 2, 25)
    without, with_face, last = decode(tmp_path / "whole.mp4")
    assert np.abs(without.astype(int) - 90).max() < 4
    x, y = (2 * video.portraits[0].face.eyes).astype(int)
    for frame in (with_face, last):
        red, green, _ = frame[y - 5 : y + 5, x - 5 : x + 5].mean(axis=(0, 1))
        assert green > 240 and red < 15
        assert np.abs(frame[:40, :40].astype(int) - enlarged(FRAME, 2)[:40, :40]).mean() < 4


def test_a_limit_and_a_video_of_nobody(tmp_path, video, stylised):
    write_pasted(tmp_path / "whole.mp4", video, [stylised], 2, 25, limit=2)
    assert len(list(decode(tmp_path / "whole.mp4"))) == 2
    nobody = Portraits(lambda: iter([EMPTY] * 4), Mtcnn(), no_face="pass")
    write_pasted(tmp_path / "nobody.mp4", nobody, [], 2, 25)
    assert [frame.shape for frame in decode(tmp_path / "nobody.mp4")] == [(440, 440, 3)] * 4
