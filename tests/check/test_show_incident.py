"""The incident as it is told, to the letter: excerpts and explanations are written down, not searched for."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from mealspec.check.causes import Cause
from mealspec.check.excerpts import Excerpt, Place, Told
from mealspec.check.incident import Excluded, Explanation, Search, remaining
from mealspec.check.show_incident import excerpt_lines, incident_lines, incident_table, overview_lines, remains
from mealspec.core import Trace
from mealspec.model.design import DESIGNS, Design
from mealspec.model.product import system
from mealspec.model.scope import Scope

SCOPE = Scope(connections=1, faults=1, includes=frozenset({"entry"}))
SKIPS = (
    "user.submit.m1",
    "client.upload.m1",
    "server.take.m1",
    "server.start.m1",
    "server.complete.m1",
    "server.skip.m1",
)
BEFORE, AFTER = DESIGNS["app_before"], DESIGNS["app_published"]


@cache
def run(plan: str, *before: str) -> Trace:
    return Trace.of(system(DESIGNS[plan], SCOPE), ["client.appear", "client.connect.none.c1", *before, *SKIPS])


def explained(
    cause: Cause, plan: str, shortest: Trace, likeliest: Trace, belief: str, pings: str, more: str = ""
) -> Explanation:
    design = Design(plan + more, DESIGNS[plan].mechanisms)
    return Explanation(
        cause, design, SCOPE, shortest, likeliest, len(likeliest), belief != "no", pings != "no", belief, pings
    )


def at(second: int, text: str) -> Told:
    return Told(datetime(2025, 11, 8, 9, 0, second), text)


ONE = Excerpt(
    "E1", "a lookup", "Some lines are cut.", ("app_before", "app_published"),
    (Told(None, "NutritionViewModel: Saving meal log"),),
    (at(5, "[MealLogAI] Successfully completed processing"),
     at(9, "User u1 not connected to WebSocket, skipping notification " + "x" * 60)),
)  # fmt: skip
TWO = Excerpt(
    "E2", "another", "All of it.", ("app_before",), (), (at(1, "[MealLogAI] Successfully completed processing"),)
)

SHORT = run("app_before")
LONG = run("app_before", "server.accept.c1", "client.open.c1")
OTHER = run("app_published")
FIRST = Search(ONE, BEFORE, 30, 1000, (
    explained(Cause.ACCEPTED, "app_before", SHORT, SHORT, "no", "no"), Excluded(Cause.RETURNED, Place("server", 0)),
    explained(Cause.LOST, "app_before", SHORT, LONG, "either", "either"), Excluded(Cause.STALE, None),
))  # fmt: skip
SECOND = Search(ONE, AFTER, 20, 234, (
    explained(Cause.ACCEPTED, "app_published", OTHER, OTHER, "yes", "yes", "+reader_outlives_handler"),
    Excluded(Cause.RETURNED, Place("client", 2)), Excluded(Cause.LOST, Place("server", 1)), Excluded(Cause.STALE, None),
))  # fmt: skip
THIRD = Search(TWO, BEFORE, 25, 1, (
    Excluded(Cause.ACCEPTED, None), Excluded(Cause.RETURNED, None),
    explained(Cause.LOST, "app_before", SHORT, LONG, "yes", "no"),
    Excluded(Cause.STALE, None),
))  # fmt: skip
NOTHING = Search(TWO, AFTER, 30, 1, (Excluded(Cause.LOST, None),))


def text(lines: list[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in lines)


def test_an_excerpt_is_told_with_the_place_of_each_line() -> None:
    assert (
        text(excerpt_lines(ONE))
        == """\
E1: a lookup
Some lines are cut.
  c1  --:--:--  NutritionViewModel: Saving meal log
  s1  09:00:05  [MealLogAI] Successfully completed processing
  s2  09:00:09  User u1 not connected to WebSocket, skipping notification xx...
"""
    )


def test_causes_by_excerpts_and_designs_each_with_belief_and_pings_or_the_line_that_excludes_it() -> None:
    assert (
        text(incident_table([FIRST, SECOND, THIRD]))
        == """\
               E1                    E2
cause          app_before app_publ   app_before
accepted       ✓ --       ✓ BP       ·
returned       ✗ s1       ✗ c3       ·
stale          ·          ·          ·
lost           ✓ bp       ✗ s2       ✓ B-
"""
    )


def test_what_remains_fits_every_excerpt() -> None:
    assert remaining([FIRST, SECOND, THIRD]) == (Cause.LOST,)
    assert remaining([FIRST, SECOND]) == (Cause.ACCEPTED, Cause.LOST)
    assert remains([FIRST, THIRD]) == "What remains in all of E1, E2, each with a design of its time: lost."
    assert remains([FIRST, NOTHING]).endswith("time: no cause.")


def test_all_of_it_is_told_with_the_likeliest_run_of_each_cause() -> None:
    assert (
        text(overview_lines([FIRST, SECOND, THIRD]))
        == """\
E1: a lookup
Some lines are cut.
  c1  --:--:--  NutritionViewModel: Saving meal log
  s1  09:00:05  [MealLogAI] Successfully completed processing
  s2  09:00:09  User u1 not connected to WebSocket, skipping notification xx...

cause that fits  shortest likeliest faults races  believed pings  run of
accepted                8         8      0     4  no       no     app_before
lost                    8        10      0     4  either   either app_before

E2: another
All of it.
  s1  09:00:01  [MealLogAI] Successfully completed processing

cause that fits  shortest likeliest faults races  believed pings  run of
lost                    8        10      0     4  yes      no     app_before

               E1                    E2
cause          app_before app_publ   app_before
accepted       ✓ --       ✓ BP       ·
returned       ✗ s1       ✗ c3       ·
stale          ·          ·          ·
lost           ✓ bp       ✗ s2       ✓ B-

✓ fits: the second sign says whether the client believed at the lookup that it
  was connected, the third whether pings were answered then: B and P in every
  run with this cause, b and p in some, - in none.
✗ s1: no run with this cause prints the server's first line after all lines
  before it; c3 is the client's third.
·  The design has no run with this cause, whatever the lines.

Looked at: 1,235 states, every run of up to 30 steps. From its first line on an
  excerpt's kinds of lines are printed exactly as often and in this order; lines
  of other kinds may have been cut. A line comes before one of the other log
  that is dated more than 5 seconds later; how long a step takes is not asked:
  '--seconds' does that.

What remains in all of E1, E2, each with a design of its time: lost.

What each that fits some excerpt is, and what one would do about it:
  accepted        the server had accepted the socket, and not registered it yet:
                  believe only when the server says ready, and fetch then.
  lost            the entry was lost, nobody knows how, though the socket was
                  open: let the answer to a ping say whether the entry is there,
                  and register anew.
"""
    )
    assert "\nNo cause fits.\n" in text(overview_lines([NOTHING]))


def test_one_excerpt_is_told_with_a_chart_of_each_cause() -> None:
    assert (
        text(incident_lines([FIRST]))
        == """\
E1: a lookup
Some lines are cut.
  c1  --:--:--  NutritionViewModel: Saving meal log
  s1  09:00:05  [MealLogAI] Successfully completed processing
  s2  09:00:09  User u1 not connected to WebSocket, skipping notification xx...

               E1
cause          app_before
accepted       ✓ --
returned       ✗ s1
stale          ·
lost           ✓ bp

✓ fits: the second sign says whether the client believed at the lookup that it
  was connected, the third whether pings were answered then: B and P in every
  run with this cause, b and p in some, - in none.
✗ s1: no run with this cause prints the server's first line after all lines
  before it; c3 is the client's third.
·  The design has no run with this cause, whatever the lines.

Looked at: 1,000 states, every run of up to 30 steps. From its first line on an
  excerpt's kinds of lines are printed exactly as often and in this order; lines
  of other kinds may have been cut. A line comes before one of the other log
  that is dated more than 5 seconds later; how long a step takes is not asked:
  '--seconds' does that.

1. accepted: 8 steps, 0 faults, 4 tight races of 'app_before'; the shortest run
  has 8 steps. At the lookup (step 8), the server had accepted the socket, and
  not registered it yet. The client did not believe it was connected at that
  moment. No ping was answered. Repair: believe only when the server says ready,
  and fetch then.

step  user         client                   network          server
----  -----------  -----------------------  ---------------  -----------------
   1               screen appears: load
   2               connect: dial c1
   3  save m1
   4               upload m1
   5                                                         201: queue m1
   6                                                         process m1
   7                                                         complete m1
   8!                                                        skip m1

the logs show steps 3, 7; lines cut from the excerpt: steps 2, 5, 6, 8; steps
  that print nothing: 1, 4.
tight races: steps 3, 4, 6, 7.
because: step 8 (skip m1): the registry held nothing; had 'flag: connected
  (c1)', 'accept c1' and 'register c1' come first, 'push m1 to c1' would have
  taken its place, and m1 would have reached the client.

2. lost: 10 steps, 0 faults, 4 tight races of 'app_before'; the shortest run has
  8 steps. At the lookup (step 10), the entry was lost, nobody knows how, though
  the socket was open. The client believed that it was connected at that moment.
  Pings were answered. Repair: let the answer to a ping say whether the entry is
  there, and register anew.

step  user         client                   network          server
----  -----------  -----------------------  ---------------  -----------------
   1               screen appears: load
   2               connect: dial c1
   3                                                         accept c1
   4               c1 open
   5  save m1
   6               upload m1
   7                                                         201: queue m1
   8                                                         process m1
   9                                                         complete m1
  10!                                                        skip m1

the logs show steps 5, 9; lines cut from the excerpt: steps 2, 7, 8, 10; steps
  that print nothing: 1, 3, 4, 6.
tight races: steps 5, 6, 8, 9.
because: step 10 (skip m1): the registry held nothing; had 'flag: connected
  (c1)' and 'register c1' come first, 'push m1 to c1' would have taken its
  place, and m1 would have reached the client.
"""
    )
