"""The Shortcut block in two forms."""

from models.shortcut.block import ShortcutBlock
from models.shortcut.full_size import FullSizeBlock

BLOCKS = {"published": ShortcutBlock, "full_size": FullSizeBlock}
AnyBlock = ShortcutBlock | FullSizeBlock
