"""What a new document has in it."""

from __future__ import annotations

import functools

from pycrdt import Doc, XmlElement, XmlFragment

# By which name the editor finds the text.
FIELD = "default"


@functools.cache
def empty() -> bytes:
    """One empty paragraph, as an update of Yjs: only the server ever begins a document, and each once."""
    doc: Doc[XmlFragment] = Doc()
    doc.get(FIELD, type=XmlFragment).children.append(XmlElement("paragraph"))
    return doc.get_update()
