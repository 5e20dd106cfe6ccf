"""Bytes of a text file to its characters."""

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(data: bytes) -> str:
    """The text: by its byte order mark, else by where the zeros stand, else UTF-8, else Windows.

    Never raises; a byte that fits nowhere becomes U+FFFD.

    >>> decode("CEI não".encode("utf-16-le")), decode("não".encode("cp1252"))
    ('CEI não', 'não')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    # Notepad's "Unicode" without the mark, as `certutil > file` of PowerShell leaves after a cut.
    head = data[:1024]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if 2 * head[start::2].count(0) > len(head[start::2]):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
