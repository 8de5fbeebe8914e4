"""Pages of the documentation's site that lie outside docs/: mkdocs calls `on_files` (a hook named in mkdocs.yml)."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # mkdocs is there where it calls this module, and need not be elsewhere
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = {  # file of the repository: page of the site
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "data/samples/README.md": "data/samples.md",
    **{
        f"checkpoints/demo_{name}/README.md": f"checkpoints/demo_{name}.md"
        for name in ("v2c", "v2l", "l2v", "vtoonify")
    },
}
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\((?!\w+:|#)([^)#]*)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and let the links of all pages lead to pages of the site."""
    from mkdocs.structure.files import File

    for file in files.documentation_pages():
        text = Path(file.abs_src_path).read_text(encoding="utf-8")
        file.content_string = for_site(text, f"docs/{file.src_uri}", file.src_uri)
    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=for_site(text, source, page)))
    return files


def for_site(text: str, source: str, page: str) -> str:
    """`text` as mkdocs reads it: with its links, and with | in code, which GitHub's tables want as \\|."""
    return CODE.sub(lambda code: code[0].replace("\\|", "|"), with_site_links(text, source, page))


def with_site_links(text: str, source: str, page: str) -> str:
    """`text` with links between files of the repository changed into links between pages of the site.

    Args:
        source: the file of `text`, as seen from the root of the repository.
        page: its page, as seen from the root of the site.
    """

    def linked(match: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[1]))
        target = PAGES.get(target, target.removeprefix("docs/"))
        return f"]({posixpath.relpath(target, posixpath.dirname(page) or '.')}{match[2] or ''})"

    return LINK.sub(linked, text)
