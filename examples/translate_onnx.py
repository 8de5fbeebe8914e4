"""Translate a video with the graphs of scripts/export_onnx.sh. It needs numpy, onnxruntime and av, not PyTorch.

python examples/translate_onnx.py GRAPHS in.mp4 out.mp4
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
import onnxruntime

NAMES = ("head", "body", "tail", "skipped_frame")


def translate(graphs: Path, frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Frames, uint8 [H, W, 3] RGB of one size -> their translations, uint8 [scale*H, scale*W, 3]."""
    cpu = ["CPUExecutionProvider"]
    sessions = {name: onnxruntime.InferenceSession(graphs / f"{name}.onnx", providers=cpu) for name in NAMES}
    settings = sessions["head"].get_modelmeta().custom_metadata_map
    interval, multiple, scale = (int(settings[name]) for name in ("max_interval", "size_multiple", "scale"))

    def run(name: str, arrays: dict[str, np.ndarray]) -> np.ndarray:
        return sessions[name].run(None, {i.name: arrays[i.name] for i in sessions[name].get_inputs()})[0]

    reference: dict[str, np.ndarray] = {}
    for number, frame in enumerate(frames):
        height, width = frame.shape[:2]
        padded = np.pad(frame, ((0, -height % multiple), (0, -width % multiple), (0, 0)), mode="reflect")
        x = padded.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1  # [1, 3, H, W] in [-1, 1]
        if number % interval == 0:
            a = run("head", {"x": x})
            f = run("body", {"a": a})
            y = run("tail", {"f": f, "a": a})
            reference = {"a_ref": a, "f_ref": f, "y_ref": y}
        else:
            y = run("skipped_frame", {"x": x, **reference})
        picture = y[0, :, : scale * height, : scale * width].transpose(1, 2, 0)
        yield ((picture.clip(-1, 1) + 1) * 127.5).round().astype(np.uint8)


def main(graphs: str, source: str, target: str) -> None:
    with av.open(source) as video, av.open(target, "w") as out:
        stream = out.add_stream("libx264", rate=video.streams.video[0].average_rate, options={"crf": "18"})
        frames = (frame.to_ndarray(format="rgb24") for frame in video.decode(video=0))
        for image in translate(Path(graphs), frames):
            image = image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]  # 4:2:0 has even sides
            stream.height, stream.width = image.shape[:2]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")))
        out.mux(stream.encode(None))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python examples/translate_onnx.py GRAPHS in.mp4 out.mp4")
    main(*sys.argv[1:])
