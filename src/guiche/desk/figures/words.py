"""Shares as they are read in Portuguese."""


def percent(share: float | None) -> str:
    """Of a share; of none, that nothing is known.

    >>> percent(0.1234), percent(None), percent(1.0)
    ('12,3%', 'sem dado', '100%')
    """
    if share is None:
        return "sem dado"
    return f"{100 * share:.1f}".removesuffix(".0").replace(".", ",") + "%"
