"""History from elsewhere, as five-minute intervals flagged IMPORTED: a module for each kind of file."""


class ImportFileError(Exception):
    """A file that cannot be imported; the message is one line: file, what, the mend."""
