"""What is scraped, to the letter: sessions that are written down, and the text that is worked out of them by hand."""

from __future__ import annotations

from mealspec.check.scrape import openmetrics
from tests.check.sessions import Session, meals

SHOWN = (("screen", "shown"),)
SEEN = [
    Session(1, 3, states=SHOWN, counts=(("dials", 2), ("opened", 1), ("failed", 1), ("polls", 1)), polling=31),
    Session(1, 4, stopped_by="client.apply.poll.completed.done", states=SHOWN, counts=(("polls", 4), ("messages", 5))),
    Session(1, None, states=SHOWN, counts=(("not_connected", 1), ("believed", 2)), polling=301),
    Session(1, 9, "server.fail.m1", states=SHOWN),
    Session(),
]
"""Shown after 2 and 3 s, never, failed and shown as such, and not finished."""

TEXT = """\
# TYPE mealspec_meals counter
# HELP mealspec_meals Meals by what became of them.
mealspec_meals_total{design="published",fate="shown"} 2
mealspec_meals_total{design="published",fate="never_shown"} 1
mealspec_meals_total{design="published",fate="failed"} 1
mealspec_meals_total{design="published",fate="unfinished"} 1
# TYPE mealspec_time_to_update_seconds histogram
# UNIT mealspec_time_to_update_seconds seconds
# HELP mealspec_time_to_update_seconds From the completion to the screen, of meals that are shown.
mealspec_time_to_update_seconds_bucket{design="published",le="0.0"} 0
mealspec_time_to_update_seconds_bucket{design="published",le="1.0"} 0
mealspec_time_to_update_seconds_bucket{design="published",le="2.0"} 1
mealspec_time_to_update_seconds_bucket{design="published",le="5.0"} 2
mealspec_time_to_update_seconds_bucket{design="published",le="10.0"} 2
mealspec_time_to_update_seconds_bucket{design="published",le="20.0"} 2
mealspec_time_to_update_seconds_bucket{design="published",le="30.0"} 2
mealspec_time_to_update_seconds_bucket{design="published",le="60.0"} 2
mealspec_time_to_update_seconds_bucket{design="published",le="120.0"} 2
mealspec_time_to_update_seconds_bucket{design="published",le="300.0"} 2
mealspec_time_to_update_seconds_bucket{design="published",le="+Inf"} 2
mealspec_time_to_update_seconds_count{design="published"} 2
mealspec_time_to_update_seconds_sum{design="published"} 5.0
# TYPE mealspec_updates counter
# HELP mealspec_updates Completed meals that are shown.
mealspec_updates_total{design="published",way="socket"} 1
mealspec_updates_total{design="published",way="poll"} 1
mealspec_updates_total{design="published",way="load"} 0
# TYPE mealspec_dials counter
# HELP mealspec_dials Attempts to connect.
mealspec_dials_total{design="published"} 2
# TYPE mealspec_connections counter
# HELP mealspec_connections Dials that opened a socket.
mealspec_connections_total{design="published"} 1
# TYPE mealspec_failed_dials counter
# HELP mealspec_failed_dials Dials that failed.
mealspec_failed_dials_total{design="published"} 1
# TYPE mealspec_beliefs counter
# HELP mealspec_beliefs Dials that the client takes for a success.
mealspec_beliefs_total{design="published"} 2
# TYPE mealspec_messages counter
# HELP mealspec_messages Messages that are handled.
mealspec_messages_total{design="published"} 5
# TYPE mealspec_not_connected counter
# HELP mealspec_not_connected Pushes that are skipped: nobody is connected.
mealspec_not_connected_total{design="published"} 1
# TYPE mealspec_polls histogram
# HELP mealspec_polls Polls of a session.
mealspec_polls_bucket{design="published",le="0.0"} 3
mealspec_polls_bucket{design="published",le="1.0"} 4
mealspec_polls_bucket{design="published",le="2.0"} 4
mealspec_polls_bucket{design="published",le="3.0"} 4
mealspec_polls_bucket{design="published",le="5.0"} 5
mealspec_polls_bucket{design="published",le="8.0"} 5
mealspec_polls_bucket{design="published",le="13.0"} 5
mealspec_polls_bucket{design="published",le="21.0"} 5
mealspec_polls_bucket{design="published",le="34.0"} 5
mealspec_polls_bucket{design="published",le="55.0"} 5
mealspec_polls_bucket{design="published",le="+Inf"} 5
mealspec_polls_count{design="published"} 5
mealspec_polls_sum{design="published"} 5.0
# TYPE mealspec_polling_seconds histogram
# UNIT mealspec_polling_seconds seconds
# HELP mealspec_polling_seconds How long a poll task runs in one.
mealspec_polling_seconds_bucket{design="published",le="0.0"} 3
mealspec_polling_seconds_bucket{design="published",le="1.0"} 3
mealspec_polling_seconds_bucket{design="published",le="2.0"} 3
mealspec_polling_seconds_bucket{design="published",le="5.0"} 3
mealspec_polling_seconds_bucket{design="published",le="10.0"} 3
mealspec_polling_seconds_bucket{design="published",le="20.0"} 3
mealspec_polling_seconds_bucket{design="published",le="30.0"} 3
mealspec_polling_seconds_bucket{design="published",le="60.0"} 4
mealspec_polling_seconds_bucket{design="published",le="120.0"} 4
mealspec_polling_seconds_bucket{design="published",le="300.0"} 4
mealspec_polling_seconds_bucket{design="published",le="+Inf"} 5
mealspec_polling_seconds_count{design="published"} 5
mealspec_polling_seconds_sum{design="published"} 332.0
# EOF
"""


def test_what_is_scraped_is_counted_by_hand() -> None:
    assert openmetrics([meals("published", SEEN)]) == TEXT


def test_of_several_designs_each_family_has_the_lines_of_each() -> None:
    text = openmetrics([meals("published", SEEN), meals("hardened", SEEN[:1])])
    assert text.count("# TYPE") == TEXT.count("# TYPE")
    first, second = '_dials_total{design="published"} 2', '_dials_total{design="hardened"} 2'
    assert f"{first}\nmealspec{second}\n" in text
