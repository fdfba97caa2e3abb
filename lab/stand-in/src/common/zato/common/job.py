"""When jobs are due."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Job:
    id: int
    name: str
    service: str
    extra: str
    is_one_time: bool
    start: datetime
    interval: timedelta
    repeats: int  # 0: for ever

    def next_run(self, after: datetime) -> datetime | None:
        """The first moment later than `after`, counted from the start date; None if there is none."""
        if after < self.start:
            return self.start
        if self.is_one_time or not self.interval:
            return None
        runs = int((after - self.start) / self.interval) + 1
        if self.repeats and runs >= self.repeats:
            return None
        return self.start + runs * self.interval
