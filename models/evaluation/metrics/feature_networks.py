"""The two published networks whose features FID and FVD compare; they are TorchScript files."""

import functools
import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor


@dataclass(frozen=True)
class Published:
    """A published feature network: how to call it, and where its file comes from.

    Args:
        name: the published name of the file.
        flag: the command-line flag that names the user's copy.
        source: where to get the file.
        arguments: keywords that are True in the call.
        frames: number of consecutive frames that it takes together.
        features: length of the feature vector.
        sha256: of the published file.
    """

    name: str
    flag: str
    source: str
    arguments: tuple[str, ...]
    frames: int
    features: int
    sha256: str

    def missing(self, path: Path | None) -> str | None:
        """Why `path` cannot be read and where to get it, as a message to the user; None if the file is there."""
        if path is not None and path.is_file():
            return None
        problem = f"there is no file {path}" if path is not None else f"{self.flag} FILE is not given"
        return f"{problem}; it is the TorchScript file {self.name} from {self.source}"


INCEPTION = Published(
    name="inception-2015-12-05.pt",
    flag="--inception_weights",
    source="https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/inception-2015-12-05.pt "
    "(StyleGAN2-ADA's copy of the Inception network of FID)",
    arguments=("return_features",),
    frames=1,
    features=2048,
    sha256="f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4",
)

I3D = Published(
    name="i3d_torchscript.pt",
    flag="--i3d_weights",
    source="https://www.dropbox.com/s/ge9e5ujwgetktms/i3d_torchscript.pt?dl=1 "
    "(StyleGAN-V's copy of the I3D network of FVD, trained on Kinetics-400)",
    arguments=("rescale", "resize", "return_features"),
    frames=16,
    features=400,
    sha256="bec6519f66ea534e953026b4ae2c65553c17bf105611c746d904657e5860a5e2",
)


class FeatureNetwork:
    """A feature network on `device`. It scales and resizes its input itself.

    TorchScript files hold code, which can also write files. Only the published file is read, unless the user trusts
    another one.

    Args:
        trusted: read the file whatever it is.

    Attributes:
        published: which network it is.
        fingerprint: 16 hexadecimal digits of the hash of its file.

    Raises:
        FileNotFoundError: there is no such file; the message says where to get it.
        ValueError: the file is not the published one, or of another kind, or holds another network.
    """

    def __init__(self, published: Published, path: Path, device: torch.device, trusted: bool = False):
        if (problem := published.missing(path)) is not None:
            raise FileNotFoundError(problem)
        self.published, self._path, self._device = published, path, device
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 != published.sha256 and not trusted:
            code = "it holds code that reading it would run: --trust_torchscript reads it all the same"
            raise self._refusal(f"is not the published file, its SHA-256 is {sha256}; {code}")
        self.fingerprint = sha256[:16]
        self._module = self._read(content)
        self._check()

    def __call__(self, windows: Tensor) -> Tensor:
        """Features [N, features] of `windows`, uint8 [N, 3, frames, H, W] in 0..255."""
        pixels = windows if self.published.frames > 1 else windows.squeeze(2)
        with torch.no_grad():
            return self._module(pixels.to(self._device), **dict.fromkeys(self.published.arguments, True))

    def _read(self, content: bytes) -> torch.jit.ScriptModule:
        try:
            with warnings.catch_warnings():  # there is no newer format of these networks
                warnings.filterwarnings("ignore", "`torch.jit.load` is deprecated", FutureWarning)
                return torch.jit.load(io.BytesIO(content), map_location=self._device).eval()
        except RuntimeError as error:
            raise self._refusal(f"is no TorchScript file: {_first_sentence(error)}") from error

    def _check(self) -> None:
        try:
            features = self(torch.zeros(1, 3, self.published.frames, 32, 32, dtype=torch.uint8))
        except RuntimeError as error:
            raise self._refusal(f"holds another network, a call of it fails: {_first_sentence(error)}") from error
        got, want = list(getattr(features, "shape", [])), [1, self.published.features]
        if got != want:
            raise self._refusal(f"holds another network, its features are {got or type(features).__name__}, not {want}")

    def _refusal(self, problem: str) -> ValueError:
        published = self.published
        return ValueError(f"{self._path} {problem}\n{published.flag} wants {published.name} from {published.source}")


def _first_sentence(error: RuntimeError) -> str:
    return str(error).strip().partition("\n")[0].partition(". ")[0]


@functools.cache
def feature_network(published: Published, path: Path, device: torch.device, trusted: bool = False) -> FeatureNetwork:
    """The network, read once for all methods. Raises as `FeatureNetwork` does."""
    return FeatureNetwork(published, path, device, trusted)
