"""The Shortcut block in two forms."""

from models.shortcut.base import Shortcut
from models.shortcut.block import ShortcutBlock
from models.shortcut.full_size import FullSizeBlock

BLOCKS: dict[str, type[Shortcut]] = {"published": ShortcutBlock, "full_size": FullSizeBlock}
