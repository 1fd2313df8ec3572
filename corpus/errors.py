"""The tree of errors. Every message says what is wrong and what to do about it, in plain Chinese.

YoujuError
├── ReportError          a report folder or file cannot be used
│   ├── UnknownReport    (an InputError, too)
│   └── NoReports        (a SettingsError, too)
├── LibraryError         the library of reports cannot be changed
├── NumeralError         a numeral that should have been readable is not
├── BankError            a question bank cannot be read or written, or a line of it is not valid
│   └── BankInputError   (an InputError, too)
├── SearchIndexError     the built index cannot be used (it is rebuilt where that helps)
│   └── DimensionMismatch
├── ModelError           the embedding model cannot be had
│   └── NoModel          (a SettingsError, too)
├── SettingsError        a setting has an impossible value
└── InputError           what a visitor or a batch line sent cannot be used
    └── DocumentError    a file cannot be read as a document
        └── TextTooLong  it holds more text than is taken
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
    """A question bank cannot be read or written, or a line of it is not valid."""


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


class TextTooLong(DocumentError):
    """A file holds more text than is taken; it was not read to its end."""

    def __init__(self, most: int) -> None:
        super().__init__(f"文件里的文字超过 {most} 个字;请分成几份")


class UnknownReport(ReportError, InputError):
    """Somebody named a report that we do not have."""


class NoReports(ReportError, SettingsError):
    """The folder of reports that was named is not there, or holds none."""


class NoModel(ModelError, SettingsError):
    """The folder of the model that was named is not there, or holds none."""


class BankInputError(BankError, InputError):
    """What somebody wants in the question bank, or out of it, cannot be."""


def exit_status(error: YoujuError) -> int:
    """What a command ends with: 2 when what it was given is wrong (arguments, files, settings), 1 when it could not do it."""
    return 2 if isinstance(error, InputError | SettingsError) else 1
