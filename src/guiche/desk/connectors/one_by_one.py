"""Reading tickets one by one, for a desk that gives no reliable list of many."""

from collections.abc import Callable, Iterator, Sequence

from guiche.desk.connectors.connector import DeliveryError, Outcome, Remote


def one_by_one(refs: Sequence[str], read: Callable[[str], Remote]) -> Iterator[Remote]:
    """Each ticket as `read` gives it; one that is gone (404) is left out.

    One that the desk refuses to show is not taken for gone: its refusal is raised at the end, so
    that it keeps nobody from the others. Whatever concerns the whole desk is raised at once.
    """
    hidden: DeliveryError | None = None
    for ref in refs:
        try:
            yield read(ref)
        except DeliveryError as error:
            if error.outcome is not Outcome.REJECTED:
                raise
            hidden = hidden if error.status == 404 else error
    if hidden:
        raise hidden
