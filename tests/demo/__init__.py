"""The demo season, told to a Saturday evening of November 2026."""

from datetime import datetime
from zoneinfo import ZoneInfo

NOW = datetime(2026, 11, 21, 18, 48, tzinfo=ZoneInfo("Asia/Shanghai"))
