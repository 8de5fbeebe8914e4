"""Shortcut-V2V from Python: load a model or compress a generator of your own, then translate videos and frames.

    import sys
    sys.path.insert(0, "/path/to/clone")
    from shortcut_v2v import Shortcut

    for picture in Shortcut.load("demo_v2c").stream("in.mp4"): ...

docs/python.md shows the rest.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent

for name in sys.modules.keys() & {"util", "data", "models", "options"}:  # Python keeps one package of each name
    found = [*getattr(sys.modules[name], "__path__", []), str(sys.modules[name].__file__)][0]
    if Path(found).resolve() != ROOT / name:
        raise ImportError(
            f"shortcut_v2v needs its own package {name}, but Python has imported another one from {found}: "
            "rename that one, or use shortcut_v2v in a process of its own"
        )
if sys.path[0] != str(ROOT):  # the current folder may hold packages of the same names
    sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from torch import nn  # noqa: E402

from data.frames import Size  # noqa: E402
from data.given import Place, batches_of_pairs, clips_of, example_frames  # noqa: E402
from data.jobs.run import Form  # noqa: E402
from data.jobs.whole import pictures_of, translate_whole  # noqa: E402
from data.stream import size_of  # noqa: E402
from models.training.short import train  # noqa: E402
from options.build.own_pair import AUTO, check_distillable, new_pair, save_pair, settled  # noqa: E402
from options.build.translation import Networks, Pair, load_pair  # noqa: E402
from options.python_options import InMemoryOptions, PythonOptions, device_named  # noqa: E402
from options.record import Options  # noqa: E402
from util import checkpoint, runtime  # noqa: E402
from util.picture import Picture, pixels_of  # noqa: E402


class Shortcut:
    """A generator and its Shortcut block: translates videos and frames, and learns from videos. See `load`, `attach`.

    A frame is uint8 [H, W, 3] RGB, a PIL image, or a tensor [3, H, W] or [1, 3, H, W] in [-1, 1], which is rounded to 8
    bits. Its translation is of the same kind and size; a generator that enlarges makes a whole multiple of the size.
    """

    def __init__(self, opt: Options, pair: Pair, device: torch.device, size: Size | None = None):
        runtime.keep_memory()  # frames of one size follow each other
        self._networks = Networks(opt, device, pair)
        self._opt, self._pair, self._device = settled(opt, self._networks.refresh), pair, device
        self._size, self._steps = size, 0  # (width, height) of an attached generator's frames; steps distilled
        self.reset()

    @classmethod
    def load(cls, name: str | Path, device: str | None = None, **flags: object) -> "Shortcut":
        """A model by the name that translate.sh --model takes: a demo, a run, a folder, or published:TASK.

        Args:
            device: "cpu", "cuda:0", ...; None: the GPU, or the CPU if there is none.
            flags: of translate.sh that say how a model runs, such as max_interval=5, refresh="fixed", amp="auto".

        Raises:
            OSError, ValueError: there is no such model or flag, or its files do not belong together.
        """
        opt, place = PythonOptions().of(str(name), flags), device_named(device)
        return cls(opt, load_pair(opt, place), place)

    @classmethod
    def attach(
        cls,
        generator: nn.Module,
        example: Place | Picture | Iterable[Picture],
        cut: str = AUTO,
        size: Size | None = None,
        h_dim: int = 32,
        device: str | None = None,
        **flags: object,
    ) -> "Shortcut":
        """A new Shortcut for a generator of yours, which this freezes; `distil` trains the Shortcut.

        Args:
            generator: [N, 3, H, W] in [-1, 1] -> pictures in [-1, 1] of the same size or of a whole multiple.
            example: a video, or frames.
            cut: "START:END", the layers that the Shortcut replaces, by index or by name; "auto": as measured on the
                example, which has to move.
            size: (width, height) to which the example is resized, and on which `distil` trains; None: its own.
            h_dim: channels inside the block, a multiple of 4; more are slower and better.
            device, flags: as for `load`.

        Raises:
            ValueError: it is no such generator, or cannot be cut. The message says why.
        """
        opt, place = InMemoryOptions().of("", flags), device_named(device)
        frames = example_frames(example, size)
        height, width = frames[0].shape[2:]
        return cls(opt, new_pair(generator, frames, cut, h_dim, place), place, (width, height))

    def __call__(self, frame: Picture) -> Picture:
        """The translation of the next frame of a video, of one size; `reset` begins another video."""
        pixels, back = pixels_of(frame)
        self._film = self._film or self._networks.begin()
        return back(self._film(pixels))

    def reset(self) -> None:
        """The frame of the next call is the first of another video."""
        self._film = None

    def stream(self, source: Place | int | Iterable[Picture], size: Size | None = None) -> Iterator[Picture]:
        """The translations of all frames of a video, in display order, with few frames in memory at a time.

        Args:
            source: one INPUT of translate.sh, such as a video, a folder of pictures, a camera's number or an address,
                which gives uint8 [H, W, 3]; or frames of any kind.
            size: (width, height) to which the frames of an INPUT are resized.
        """
        film = self._networks.begin()
        for frame in pictures_of(source, size):
            pixels, back = pixels_of(frame)
            yield back(film(pixels))

    def translate(
        self,
        source: Place | int,
        output: Place,
        *,
        codec: str = "h264",
        size: Size | None = None,
        side_by_side: bool = False,
        max_frames: int | None = None,
        overwrite: bool = False,
        progress: bool = False,
    ) -> list[Path]:
        """Write translations as translate.sh does, with times and sound; return their paths. `progress`: show a bar.

        docs/translate.md describes INPUT (`source`), -o (`output`) and the flags of the same names as the others.
        """
        form, networks = Form(codec, size, side_by_side, max_frames), self._networks
        return translate_whole(str(source), str(output), form, networks.settings, networks.begin, overwrite, progress)

    def distil(
        self,
        videos: Place | Iterable[Place],
        steps: int = 3000,
        size: Size | None = None,
        batch_size: int = 2,
        lr: float = 2e-3,
        progress: bool = True,
    ) -> list[float]:
        """Train the Shortcut; return the loss of each step. What was learned stays after an interrupt, too.

        Args:
            videos: a video, a folder of videos or of pictures, or several of these.
            size: (width, height) of the crops; None: that of `attach`, else that of the first video.
            lr: learning rate; it falls over the last third of the steps.
            progress: show a bar with the loss.

        Raises:
            OSError, ValueError: there is no such video, or the model is one of faces.
            FloatingPointError: a loss is not finite.
        """
        clips, losses = clips_of(videos), []
        size = size or self._size or size_of(clips[0], None)
        check_distillable(self._opt, self._pair.teacher, size)
        batches = batches_of_pairs(clips, size, batch_size, steps, self._steps)
        try:
            for loss in train(self._pair.teacher, self._pair.block, batches, steps, lr, self._device, progress):
                losses.append(loss)
        finally:
            self._steps += len(losses)
            self._renew()
        return losses

    def save(self, folder: Place, teacher: str | None = None, weights: Place | None = None) -> Path:
        """Write a folder that `load`, translate.sh --model and test.py --model_file take; return it.

        Args:
            teacher: "package.module:function", which makes an attached generator again; None: as loaded.
            weights: the file that the function takes, if it takes one; it is copied into the folder.

        Raises:
            ValueError: the function does not make this generator with its weights. Nothing was written.
        """
        return save_pair(Path(folder), self._opt, self._pair, teacher, Path(weights) if weights else None)

    def __repr__(self) -> str:
        return f"Shortcut({self._opt.teacher}, cut {'{}:{}'.format(*self._pair.teacher.split)}, {self._device})"

    def _renew(self) -> None:
        """Translate with the block as it is now."""
        block = self._pair.block.eval()
        self._pair = self._pair._replace(block_id=checkpoint.fingerprint(block.state_dict()))
        self._networks = Networks(self._opt, self._device, self._pair)
        self.reset()
