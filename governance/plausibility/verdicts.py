"""The words of a verdict on a flagged figure; what becomes of them is in `governance.plausibility.review`."""

from enum import StrEnum


class Verdict(StrEnum):
    """What became of a flag; codes of `CL_PLAUSIBILITY_VERDICT`."""

    CONFIRMED = "CONFIRMED"
    EXPLAINED = "EXPLAINED"
    WRONG = "WRONG"
