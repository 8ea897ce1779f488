"""`rftkit/offline`: a writer that is no model.

It reads the data block of a request and answers it by rules: it learns slots, phrases, frames and backgrounds from
the examples in the request, and puts them together anew. It knows nothing that is not in the request or in a short list
of general English. With the same request and seed it answers the same.
"""

from __future__ import annotations

from rftkit.offline.answer import SENTENCE, answer

__all__ = ["SENTENCE", "answer"]
