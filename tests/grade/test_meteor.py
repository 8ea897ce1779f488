"""meteor, with a WordNet of two words: the value is that of nltk, and it knows that an auto is a car."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EMPTY = ("cntlist.rev", "index.sense", "index.adj", "index.adv", "index.verb", "data.adj", "data.adv", "data.verb")
PAIRS = [
    ("the auto stops here", "the car stops here"),
    ("nothing alike", "the car stops here"),
    ("", "car"),
    ("car", "car"),
]
# WordNet is loaded once for a process, so this one is looked at in a process of its own.
PROGRAM = """
import json, sys
from nltk.translate.meteor_score import meteor_score
from rftkit.grade import Grader, sample
spec = {"type": "text_similarity", "name": "m", "input": "{{sample.output_text}}", "reference": "{{item.a}}"}
grader = Grader({**spec, "evaluation_metric": "meteor"})
pairs = json.loads(sys.argv[1])
rewards = [one.reward for one in grader.grade([sample(said) for said, _ in pairs], [{"a": answer} for _, answer in pairs])]
print(json.dumps([rewards, [meteor_score([answer.split()], said.split()) for said, answer in pairs]]))
"""


def _wordnet(folder: Path) -> None:
    """Write a WordNet with one meaning that has two words."""
    folder.mkdir(parents=True)
    for name in (*EMPTY, *(f"{kind}.exc" for kind in ("adj", "adv", "noun", "verb"))):
        (folder / name).write_text("")
    (folder / "lexnames").write_text("00\tadj.all\t3\n01\tadj.pert\t3\n02\tadv.all\t4\n03\tnoun.Tops\t1\n")
    (folder / "data.noun").write_text("00000000 03 n 02 car 0 auto 0 000 | a vehicle on four wheels  \n")
    (folder / "index.noun").write_text("auto n 1 0 1 0 00000000\ncar n 1 0 1 0 00000000\n")


def test_meteor_is_that_of_nltk_and_knows_synonyms(tmp_path: Path) -> None:
    _wordnet(tmp_path / "corpora" / "wordnet")
    environment = {**os.environ, "NLTK_DATA": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, json.dumps(PAIRS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    rewards, expected = json.loads(done.stdout)
    assert rewards == pytest.approx(expected, abs=1e-6)
    assert rewards[0] > 0.9
    assert rewards[1] == 0.0
