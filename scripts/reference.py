"""Write the reference pages of all components: ``python -m scripts.reference``."""

from pathlib import Path

from engine.reference import pages

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "components"


def main() -> None:
    """Every page, and none of a kind that is gone."""
    FOLDER.mkdir(exist_ok=True)
    wanted = pages()
    for file in FOLDER.glob("*.md"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(wanted)} pages in docs/components")


if __name__ == "__main__":
    main()
