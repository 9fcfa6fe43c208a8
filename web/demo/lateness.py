"""Which morning lies so many working days back, and when the city last worked. Pure.

Asked by `plans` for requests on the rungs of the ladder, by `marks` for service marks, by `seed` for the last watch.
"""

from datetime import date, datetime, time, timedelta
from random import Random

from sla.calendar import CityCalendar

LOOK_BACK_DAYS = 120
MINUTE = timedelta(minutes=1)
ARRIVES_FROM_H, ARRIVES_UNTIL_H = 9.1, 11.0


def last_worked(hours: CityCalendar, now: datetime) -> datetime:
    """`now` while offices work, else the last minute in which they did."""
    if hours.working_minutes_between(now - MINUTE, now) > 0:
        return now
    day = hours.local_day(now)
    for back in range(LOOK_BACK_DAYS):
        morning = _midnight(hours, day - timedelta(days=back))
        close = hours.add_working_days_at_once(morning, 1)
        if hours.local_day(close) == day - timedelta(days=back) and close <= now:
            return close - MINUTE
    raise LookupError("no working day before now")


def morning_before(hours: CityCalendar, now: datetime, *, closes: int, rng: Random) -> datetime:
    """A morning of a working day after which offices have closed so many times until `now`, besides that day's own close."""
    today = hours.local_day(now)
    open_still = 1 if hours.is_working_day(today) and hours.add_working_days_at_once(_midnight(hours, today), 1) > now else 0
    for back in range(LOOK_BACK_DAYS):
        day = today - timedelta(days=back)
        morning = _midnight(hours, day) + timedelta(hours=rng.uniform(ARRIVES_FROM_H, ARRIVES_UNTIL_H))
        if hours.is_working_day(day) and hours.working_days_between(morning, now) - open_still == closes:
            return morning
    raise LookupError("no such day")


def _midnight(hours: CityCalendar, day: date) -> datetime:
    return datetime.combine(day, time.min, hours.zone)
