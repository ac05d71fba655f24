"""What can go wrong, as a tree. Each message is one line: subject, expected, got, what to do.

PodiumError            the command line prints it and exits with status 2
├── CompetitionError   a competition folder is missing or declares something wrong
├── DataError          a data file is missing, broken or holds what it must not
├── FoldError          the rows cannot be split as the competition asks
├── ModelError         no such model, or its factory refuses its parameters
├── BlendError         predictions that do not belong together
├── SubmissionError    a submission that Kaggle would refuse
├── RemoteError        Kaggle refuses, is not reached, or leaves its answer in doubt
└── StoreError         a file could not be written, or another run holds the lock
"""

from __future__ import annotations


class PodiumError(Exception):
    """Base of every error that is the user's to mend."""


class CompetitionError(PodiumError):
    pass


class DataError(PodiumError):
    pass


class FoldError(PodiumError):
    pass


class ModelError(PodiumError):
    pass


class BlendError(PodiumError):
    pass


class SubmissionError(PodiumError):
    pass


class RemoteError(PodiumError):
    pass


class StoreError(PodiumError):
    pass
