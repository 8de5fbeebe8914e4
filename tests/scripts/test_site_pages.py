from mkdocs.commands.build import build
from mkdocs.config import load_config

from scripts.site_pages import PAGES, ROOT, for_site, with_site_links


def test_links_between_files_become_links_between_pages():
    text = "[a](docs/data.md#checkpoints) [b](#here) [c](https://example.org/x.md) ![d](docs/demo.webp)"
    seen = "[a](data.md#checkpoints) [b](#here) [c](https://example.org/x.md) ![d](demo.webp)"
    assert with_site_links(text, "README.md", "index.md") == seen
    text = "[a](../README.md#results) [b](metrics.md) [c](../checkpoints/demo_v2l/README.md)"
    seen = "[a](index.md#results) [b](metrics.md) [c](checkpoints/demo_v2l.md)"
    assert with_site_links(text, "docs/tables/../method.md", "method.md") == seen
    text = "[a](../demo_v2l/README.md)"
    assert with_site_links(text, "checkpoints/demo_l2v/README.md", "checkpoints/demo_l2v.md") == "[a](demo_v2l.md)"


def test_a_bar_in_the_code_of_a_table_is_a_bar():
    assert for_site("| `a\\|b` | c |", "README.md", "index.md") == "| `a|b` | c |"


def test_the_site_has_every_page_and_no_broken_link(tmp_path):
    # strict: a broken link, or a page that the navigation lacks, ends the build
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path), strict=True))
    pages = {path.relative_to(tmp_path).parent.as_posix() for path in tmp_path.rglob("index.html")}
    sources = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert pages - {"."} == {page.removesuffix(".md") for page in {*sources, *PAGES.values()} - {"index.md"}}
    assert 'src="demo.webp"' in (tmp_path / "index.html").read_text()
