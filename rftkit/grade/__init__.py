"""Graders: the reward of an answer, by the common JSON of the services, the same here as there.

A step of the journey: pure functions of samples and items. A model, an embedder and a process for python code are
handed in.
"""

from __future__ import annotations

from rftkit.grade.graded import Graded
from rftkit.grade.grader import Grader
from rftkit.grade.means import Means
from rftkit.grade.pairs import items, sample, sample_of
from rftkit.grade.problem import Problem
from rftkit.grade.report import GradeReport
from rftkit.grade.weights import weighted

__all__ = ["GradeReport", "Graded", "Grader", "Means", "Problem", "items", "sample", "sample_of", "weighted"]
