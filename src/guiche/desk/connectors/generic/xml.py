"""XML from outside: no entities, no network, no document type; names without their namespaces."""

from lxml import etree


def parsed(content: bytes) -> "etree._Element":
    """The root of a document; `ValueError` for anything else."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.LxmlError as error:
        raise ValueError(str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("um DOCTYPE não é aceito.")
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root
