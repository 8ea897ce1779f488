"""What an import would read, before it reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rftkit
from rftkit import formats
from rftkit.errors import InputError, NotFoundError
from rftkit.jobs import Control, StoppedError

CHAT = json.dumps({"messages": [{"role": "user", "content": "Where is my parcel?"}]})


def test_each_file_says_its_shape_its_mapping_and_its_first_prompts(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n" + CHAT + "\noops\n", encoding="utf-8")
    (tmp_path / "faq.csv").write_text("Question,Expected\n3 x 4?,12\n", encoding="utf-8")
    found = formats.preview(tmp_path)
    chat, faq = found.files
    assert (found.count, found.readable) == (2, 2)
    assert found.bytes == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert chat.detection is not None
    assert faq.detection is not None
    assert [chat.detection.format, faq.detection.format] == ["openai-rft", "input-answer"]
    assert faq.detection.mapping == {"input": "Question", "answer": "Expected"}
    assert [prompt[-1]["content"] for prompt in (*chat.prompts, *faq.prompts)] == ["Where is my parcel?", "3 x 4?"]


def test_a_file_that_is_not_understood_says_why_and_which_columns_it_has(tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("said,when\nHello there,1\n", encoding="utf-8")
    before = formats.preview(odd).files[0]
    assert before.detection is None
    assert "--map" in before.error
    assert before.columns == ("said", "when")
    after = formats.preview(odd, mapping={"input": "said"}).files[0]
    assert after.detection is not None
    assert after.prompts[0][-1]["content"] == "Hello there"


def test_a_picture_beside_the_data_is_passed_over_and_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(CHAT, encoding="utf-8")
    (tmp_path / "b.json").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    found = formats.preview(tmp_path)
    assert [file.detection is not None for file in found.files] == [True, False]
    assert "picture" in found.files[1].error


def test_wrong_names_are_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="check the path"):
        formats.preview(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="no format"):
        formats.preview(tmp_path, format="wordstar")


def test_an_import_in_the_background_counts_and_a_stop_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(CHAT.replace("my", f"my {n}") for n in range(20)), encoding="utf-8")
    ds = rftkit.open(tmp_path / "a.rft")
    control = Control()
    control.stop.set()
    with pytest.raises(StoppedError, match="as it was"):
        ds.import_(file, control=control)
    assert (ds.version, len(ds)) == (0, 0)
    job = ds.import_job(file)
    assert job.wait().added == 20
    assert job.progress.done == 20
