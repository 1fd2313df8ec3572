"""Coverage-guided fuzzing of the file readers, as long as one likes: ``pip install atheris==3.0.0``, then

    nice -n 10 python tests/fuzz/readers.py -max_total_time=3600 -max_len=20000 -rss_limit_mb=4000 -timeout=30 FOLDER

FOLDER keeps what was found to reach new code. The only way out of a reader is its text or a DocumentError; a PDF is read here in this
process, by what runs in a process of its own otherwise, and may raise what it likes there: only its time and memory are looked at.
"""

import sys
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMES = ("a.txt", "a.md", "a.html", "a", "a.docx", "稿.txt")
_LINES = ["延吉新村街道2021年度工作总结", "一、民生", "办结工单2905件,满意率91.4%。", "设助餐点8家。", "二、党建", "走访1000多人。", "完。"]


def seeds(folder: Path) -> None:
    """One good file of every kind to begin with."""
    from papers import made_page, made_pdf, made_word

    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(_LINES).encode()
    for number, raw in enumerate((text, text, made_page(_LINES[0], _LINES), text, made_word(_LINES), made_pdf(_LINES))):
        (folder / f"seed-{number}").write_bytes(bytes([number]) + raw)
    (folder / "seed-xml").write_bytes(b"\x06" + _document(made_word(_LINES)))


def _document(raw: bytes) -> bytes:
    return zipfile.ZipFile(BytesIO(raw)).read("word/document.xml")


def one(data: bytes) -> None:
    """Read one file: the first byte says as what."""
    from corpus.errors import DocumentError
    from corpus.extract import MOST_CHARACTERS, extract
    from corpus.formats.pdf_worker import _read

    kind, raw = (data[0], data[1:]) if data else (0, b"")
    if b"%PDF-" in raw[:1024]:
        with suppress(Exception):
            _read(raw, MOST_CHARACTERS)
        return
    if kind == 6:  # XML alone, packed here: a fuzzer does not find its way through a checksum
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("word/document.xml", raw)
        raw = packed.getvalue()
    with suppress(DocumentError):
        extracted = extract(raw, NAMES[kind % len(NAMES)])
        assert isinstance(extracted.text, str)
        extracted.text.encode()  # no half characters


if __name__ == "__main__":
    import atheris

    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    with atheris.instrument_imports(include=["corpus", "pdfplumber", "pdfminer", "zipfile"]):
        import pdfplumber  # noqa: F401 - the readers import it, and docx, when they need it

        import corpus.extract
        import corpus.formats.pdf_worker  # noqa: F401
    if not sys.argv[-1].startswith("-") and len(sys.argv) > 1:
        seeds(Path(sys.argv[-1]))
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
