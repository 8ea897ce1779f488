"""Content parts in the chat form: text, and media as references."""

from __future__ import annotations

from typing import Any

from rftkit.formats.dialects.values import compact, first, mapping

Block = dict[str, Any]

#: What a block of text is called.
TEXTS = ("text", "input_text", "output_text", "summary_text", "reasoning_text")


def joined(parts: list[Any]) -> Any:
    """Return the content of a message: one text as a string, several parts as a list, nothing as None.

    Examples
    --------
    >>> joined([{"type": "text", "text": "Hi"}]), joined([])
    ('Hi', None)
    """
    if len(parts) == 1 and isinstance(parts[0], dict) and set(parts[0]) == {"type", "text"}:
        return parts[0]["text"]
    return parts or None


def part(block: Any) -> Any:
    """Return a content part of the chat form; media become references, an unknown block stays as it came.

    Examples
    --------
    >>> part({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBOR"}})
    {'type': 'image_url', 'image_url': {'url': 'data:image/png;base64,iVBOR'}}
    """
    if not isinstance(block, dict):
        return {"type": "text", "text": block} if isinstance(block, str) else block
    kind = block.get("type")
    text = first(block, "text", "content")
    if kind in TEXTS or (kind is None and isinstance(block.get("text"), str)):
        return {"type": "text", "text": text}
    if kind is None and "json" in block:
        return {"type": "text", "text": compact(block["json"])}
    return _media(block, kind) or block


def _media(block: Block, kind: Any) -> Block | None:
    if kind == "input_image":
        return _reference("image", first(block, "image_url", "file_id"))
    if kind in ("image", "document", "audio", "video") and isinstance(block.get("source"), dict):
        return _sourced(kind, block["source"], first(block["source"], "media_type"))
    if kind in ("blob", "uri", "file") and ("modality" in block or "mime_type" in block):
        return _otel_media(block)
    inline, filed = first(block, "inlineData", "inline_data"), first(block, "fileData", "file_data")
    if kind is None and (isinstance(inline, dict) or isinstance(filed, dict)):
        return _gemini_media(mapping(inline), mapping(filed))
    for name in ("image", "document", "video", "audio"):
        inner = block.get(name)
        if kind is None and isinstance(inner, dict):
            return _sourced(name, mapping(inner.get("source")), f"{name}/{inner.get('format')}")
    return None


def _sourced(kind: str, source: Block, mime: Any) -> Block | None:
    place = first(source, "url", "file_id") or mapping(source.get("s3Location")).get("uri")
    data = first(source, "data", "bytes")
    if data is not None and not place:
        place = f"data:{mime};base64,{data}"
    return _reference(kind, place) if place else None


def _otel_media(block: Block) -> Block | None:
    modality = block.get("modality") or str(block.get("mime_type")).split("/")[0]
    place = first(block, "uri", "file_id")
    if place is None and block.get("content") is not None:
        place = f"data:{block.get('mime_type')};base64,{block['content']}"
    return _reference(str(modality), place) if place else None


def _gemini_media(inline: Block, filed: Block) -> Block | None:
    mime = first(inline, "mimeType", "mime_type") or first(filed, "mimeType", "mime_type") or "application/octet-stream"
    place = first(filed, "fileUri", "file_uri")
    if place is None and inline.get("data") is not None:
        place = f"data:{mime};base64,{inline['data']}"
    return _reference(str(mime).split("/")[0], place) if place else None


def _reference(kind: str, place: Any) -> Block | None:
    if place is None:
        return None
    if kind == "image":
        return {"type": "image_url", "image_url": place if isinstance(place, dict) else {"url": str(place)}}
    if kind == "audio" and str(place).startswith("data:"):
        head, _, data = str(place).partition(";base64,")
        return {"type": "input_audio", "input_audio": {"data": data, "format": head.rpartition("/")[2]}}
    return {"type": "file", "file": {"file_data": str(place)}}
