"""Schedules as people read them."""

import pytest

from growth.jobs import Schedule
from growth.jobs.words import schedule_words
from growth.language import speaking
from growth.workspace.schedule import ScheduleYaml


@pytest.mark.parametrize(
    ("said", "en", "zh"),
    [
        ({"every": "week", "day": "mon", "at": "03:00"}, "every Monday 03:00", "每周一 03:00"),
        ({"every": "month", "day": 1, "at": "10:00"}, "every month on day 1 10:00", "每月 1 日 10:00"),
        ({"every": "month", "day": "last", "at": "10:00"}, "every month on the last day 10:00", "每月最后一天 10:00"),
        ({"every": "day", "at": "09:00"}, "every day 09:00", "每天 09:00"),
    ],
)
def test_a_schedule_reads_as_people_say_it(said: dict[str, object], en: str, zh: str) -> None:
    schedule = Schedule.from_yaml(ScheduleYaml.model_validate(said))
    for language, words in (("en", en), ("zh-CN", zh)):
        with speaking(language):
            assert schedule_words(schedule) == words
