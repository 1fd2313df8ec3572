"""The tree of errors. Every message says what is wrong and what to do about it, in plain Chinese.

YoujuError
├── ReportError          a report folder or file cannot be used
│   └── UnknownReport    (an InputError, too)
├── LibraryError         the library of reports cannot be changed
├── NumeralError         a numeral that should have been readable is not
├── BankError            a question bank line is not valid
├── SearchIndexError     the built index cannot be used (it is rebuilt where that helps)
│   └── DimensionMismatch
├── ModelError           the embedding model cannot be had
├── SettingsError        a setting has an impossible value
└── InputError           what a visitor or a batch line sent cannot be used
    └── DocumentError    a file cannot be read as a document
"""


class YoujuError(Exception):
    """Anything we raise on purpose; its text is one line that a person can act on."""


class ReportError(YoujuError):
    """A report folder or file cannot be used."""


class LibraryError(YoujuError):
    """The library of reports cannot be changed; it is as it was."""


class NumeralError(YoujuError):
    """A text handed over as one numeral is not one."""


class BankError(YoujuError):
    """A question bank entry is not valid."""


class SearchIndexError(YoujuError):
    """The built index cannot be used."""


class DimensionMismatch(SearchIndexError):
    """Vectors of another width than the index was built with."""

    def __init__(self, got: int, wanted: int) -> None:
        super().__init__(f"向量宽度是 {got},索引要 {wanted};请用同一个模型重建索引:python -m qa build")


class ModelError(YoujuError):
    """The embedding model cannot be had."""


class SettingsError(YoujuError):
    """A setting has an impossible value."""


class InputError(YoujuError):
    """What a visitor or a batch line sent cannot be used."""


class DocumentError(InputError):
    """A file cannot be read as a document, or not by us."""


class UnknownReport(ReportError, InputError):
    """Somebody named a report that we do not have."""
