"""Small words of the tests of tracking."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from lms.kernel.work import Read, Work

Open = Callable[[], AbstractContextManager[Work]]


Look = Callable[[], Read]
