"""Make the colour tables with which HDR films are shown: data/video/hlg.cube and data/video/pq.cube.

    python scripts/hdr_tables.py [-o FOLDER]

A table maps HDR colours (BT.2020 with HLG or PQ) to SDR (BT.709). FFmpeg's `scale` filter brings both kinds to HLG in
the primaries of BT.709. It needs seconds to prepare that, so a film is not filtered so; its table is read in
milliseconds. A curve makes colours up to white (203 nits) look as they do in SDR, and keeps some room for lights above
white, up to 1000 nits.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import av  # noqa: E402
import numpy as np  # noqa: E402
from av.filter import Graph  # noqa: E402
from av.video.reformatter import ColorPrimaries, ColorTrc  # noqa: E402

from util.runtime import finish  # noqa: E402

SIDE = 17  # colours along each axis of a table
KINDS = {"hlg": ColorTrc.ARIB_STD_B67, "pq": ColorTrc.SMPTE2084}
# HLG's white is 0.75. It becomes 0.9, so that lights above it differ from it; darker tones stay as SDR would show them.
CURVE = "0/0 0.25/0.28 0.5/0.56 0.75/0.9 1/1"


def table(transfer: int) -> np.ndarray:
    """SDR colours, [SIDE ** 3, 3] RGB in [0, 1], of all triples of evenly spaced HDR values; red changes fastest."""
    steps = np.linspace(0, 65535, SIDE).round().astype(np.uint16)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    colours = np.stack([red, green, blue], axis=-1).reshape(SIDE * SIDE, SIDE, 3)
    frame = av.VideoFrame.from_ndarray(colours, format="rgb48le")
    frame.color_trc, frame.color_primaries, frame.pts = transfer, ColorPrimaries.BT2020, 0
    return _converted(frame).to_ndarray().reshape(-1, 3) / 65535


def _converted(frame: av.VideoFrame) -> av.VideoFrame:
    graph = Graph()
    nodes = [
        graph.add("buffer", video_size=f"{frame.width}x{frame.height}", pix_fmt=frame.format.name, time_base="1/25"),
        graph.add("scale", out_transfer="arib-std-b67", out_primaries="bt709", intent="relative_colorimetric"),
        graph.add("format", pix_fmts="rgb48le"),
        graph.add("curves", all=CURVE),
        graph.add("format", pix_fmts="rgb48le"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    graph.push(frame)
    return graph.pull()


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="hdr_tables.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = Path(__file__).resolve().parent.parent / "data" / "video"
    parser.add_argument("-o", "--out", metavar="FOLDER", type=Path, default=here, help="where they go (%(default)s)")
    folder = parser.parse_args(argv).out
    for name, transfer in KINDS.items():
        path = folder / f"{name}.cube"
        rows = "\n".join(" ".join(f"{value:.3f}" for value in colour) for colour in table(transfer))
        path.write_text(f"# scripts/hdr_tables.py made this\nLUT_3D_SIZE {SIDE}\n{rows}\n")
        print(path)
    return 0


if __name__ == "__main__":
    finish("hdr_tables.py", lambda: main(sys.argv[1:]))
