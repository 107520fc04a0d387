"""What people read of a diagnosis: counts, a line for each meal, and the likeliest run between the lines of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from math import ceil, floor, inf
from typing import Any

from mealspec.check.excerpts import LOGS
from mealspec.check.show import wrapped
from mealspec.core import Kind, races
from mealspec.core.explicit.settling import MOST
from mealspec.core.explicit.shown import Cost
from mealspec.diagnose.clocks import Interval
from mealspec.diagnose.diagnosis import Diagnosed, Diagnosis
from mealspec.diagnose.reading import Counts, shown_time
from mealspec.diagnose.seconds import ASKED
from mealspec.diagnose.verdict import Explanation, Verdict
from mealspec.model.scope import counted

WIDTH = 80


def counts_lines(found: Diagnosis) -> list[str]:
    """What became of the lines."""
    out = list[str]()
    for log, counts in enumerate(found.counts):
        out += (
            [f"{LOGS[log]}: there is no log, so that a line of it is missing says nothing"]
            if counts is None
            else _counts(counts)
        )
    s = found.splitter
    out += [f"left out: {counted(s.nobody, 'line')} that name no user where there are several"] if s.nobody else []
    out += [f"left out: {counted(s.unclear, 'line')} about one of several meals"] if s.unclear else []
    return out


def _counts(counts: Counts) -> Iterator[str]:
    more = {
        "unmatched": counts.unmatched, "matched by several kinds": counts.ambiguous, "cut, too long": counts.cut,
        "with broken signs": counts.undecoded, "dated before the one above": counts.backwards,
    }  # fmt: skip
    told = ", ".join(f"{number:,} {what}" for what, number in more.items() if number)
    yield from wrapped(
        [f"{counts.name}: {counted(counts.lines, 'line')}, {counts.known:,} known" + (f", {told}" if told else "")]
    )
    for sample in counts.samples:
        yield f"  not known: {sample}"[:WIDTH]


def meal_line(meal: Diagnosed) -> str:
    """One meal in one line."""
    v, episode = meal.best, meal.episode
    at = shown_time(min(episode.times))[:8] if episode.times else "--:--:--"
    cost = f"{v.best.cost.faults} faults {v.best.cost.races} races" if v.best else ""
    name = f"{episode.user or '-'} {episode.meal or '-'}"
    return f"{at} {name[:27]:27} {'shown' if v.shown else 'LOST ':5} {v.kind[:14]:14} {v.label[:12]:12} {cost}"[:WIDTH]


def meal_lines(meal: Diagnosed) -> list[str]:
    """All about one meal."""
    out = [meal_line(meal)]
    for v, ahead in zip(meal.verdicts, meal.ahead, strict=True):
        out += ["", f"{v.design}: {v.kind}", *_causes("cause", v.causes), *_causes("not connected because", v.lookups)]
        out += _causes("not in time", v.late)
        out += _causes("not decided", v.unasked)
        if v.unasked:
            out += wrapped([f"Not decided in time: stopped after {ASKED:,} beginnings of likeliest runs of each."])
        if v.best is None and (v.late or v.unasked):
            told = "is known to fit" if v.unasked else "fits"
            out += wrapped([f"No likeliest run of any cause {told} the seconds; what is less likely was not asked."])
            continue
        if v.best is None:
            out += _stops(meal, v)
            continue
        if v.remain > 1:
            names = ", ".join(each.label for each in (v.causes or v.lookups)[: v.remain])
            tell = (
                f"; a line for '{v.tells}' would tell the first two apart"
                if v.tells
                else "; no line of client or server would tell the first two apart in each of their likeliest runs"
            )
            out += wrapped([f"As likely as each other, but for steps: {names}{tell}."])
        if ahead is not None:
            out += wrapped(
                [f"The client's clock is {ahead} ahead of the server's, if the likeliest run is what happened."]
            )
        out += ["", *wrapped([_head(v.best)]), *run_lines(meal, v.best)]
    return out


def _causes(head: str, some: Iterable[Explanation]) -> list[str]:
    rows = [_cause(each.label, each.cost, each.says) for each in some]
    return [f"  {head[:15]:15} faults races missing steps", *rows] if rows else []


def _cause(label: str, cost: Cost, says: str) -> str:
    numbers = f"{cost.faults:6} {cost.races:5} {cost.missing:7} {cost.steps:5}"
    return f"  {label:15} {numbers}  {says}"[:WIDTH]


def _head(each: Explanation) -> str:
    number = each.search.number
    same = f"; {number:,} runs are as likely, and what all of them have is marked =" if number > 1 else ""
    return f"The likeliest run, because {each.says} ({each.suspect.design}){same}:"


def run_lines(meal: Diagnosed, each: Explanation) -> list[str]:
    """The run: real lines with their times, and between them what must have happened unseen."""
    run, counts, out, tight = each.run, [0, 0], [], set(races(each.run))
    for k, (name, log) in enumerate(zip(run.events, each.seen, strict=True), start=1):
        event = run.system.event(name)
        if log >= 0:
            entry = meal.episode.lines[log][counts[log]]
            counts[log] += 1
            at = shown_time(entry.at) if entry.at is not None else "--:--:--"
            text = entry.text.split(" ", 1)[1] if entry.at is not None and " " in entry.text else entry.text
            out.append(f"{at:12} {LOGS[log]} | {text}"[:WIDTH])
        else:
            at = _when(each.times.at[k - 1]) if each.times else ""
            signs = ("=" if name in each.search.must else "~") + ("!" if event.kind is Kind.FAULT else "")
            note = "  (fault)" if event.kind is Kind.FAULT else "  (tight race)" if k in tight else ""
            out.append(f"{at:12} {signs:>6} | {event.label or name}{note}"[:WIDTH])
    return out


def _when(at: Interval) -> str:
    """When a step was that no line tells, in minutes and seconds; nothing where that is not known on both sides."""
    if at.least == -inf or at.most == inf:
        return ""
    first, last = (int(second) % 3600 for second in (floor(at.least), ceil(at.most)))
    return f"{first // 60:02}:{first % 60:02}-{last // 60:02}:{last % 60:02}"


def _stops(meal: Diagnosed, v: Verdict) -> list[str]:
    out = [] if v.complete else wrapped(["Not everything was looked at: there are too many states."])
    out += wrapped(
        [f"No run of {v.design} with up to {MOST} faults and tight races prints these lines. How far runs come:"]
    )
    for stop in v.stops:
        told = f"{counted(stop.client, 'line')} of the client and {counted(stop.server, 'line')} of the server"
        out.append(f"  {told}, then not:")
        for log, number in ((0, stop.client), (1, stop.server)):
            if number < len(meal.episode.lines[log]):
                out.append(f"    {LOGS[log]} | {meal.episode.lines[log][number].text}"[:WIDTH])
        out += wrapped([f"    instead could come: {', '.join(stop.instead) or 'nothing'}"])
    if v.elsewhere:
        cost = v.elsewhere[1]
        takes = f"{counted(cost.faults, 'fault')}, {counted(cost.races, 'tight race')}"
        out += wrapped([f"It is possible in {v.elsewhere[0]}: {takes}."])
    return out


def clock_lines(found: Diagnosis) -> list[str]:
    """What the likeliest runs together say of the clocks."""
    if found.fit is None or all(counts is None for counts in found.counts) or None in found.counts:
        return []
    answer = found.fit.answer()
    if answer is None:
        return ["No single offset and drift fits the likeliest runs of all meals."]
    ahead, drift = answer
    drifts = f"{drift.least * 1e6:+.0f} to {drift.most * 1e6:+.0f} ppm"
    said = f"With the likeliest runs the client's clock is {ahead} ahead at the beginning, and drifts by {drifts}."
    return wrapped([said])


# ---------------------------------------------------------------------- for programs


def to_json(meal: Diagnosed) -> dict[str, Any]:
    """One meal."""
    return {
        "user": meal.episode.user, "meal": meal.episode.meal, "shown": meal.shown, "verdict": meal.best.kind,
        "cause": meal.best.label,
        "lines": {
            LOGS[log]: [{"at": _iso(e.at), "line": e.number, "text": e.text} for e in some]
            for log, some in enumerate(meal.episode.lines)
        },
        "designs": [
            {
                "design": v.design.name, "verdict": v.kind, "shown": v.shown, "complete": v.complete,
                "offset": list(ahead) if ahead else None,
                "causes": [_explanation(each) for each in v.causes], "remain": v.remain, "tells": v.tells,
                "not_connected": [_explanation(each) for each in v.lookups],
                "not_in_time": [_explanation(each) for each in v.late],
                "not_decided_in_time": [_explanation(each) | {"stopped_after": ASKED} for each in v.unasked],
                "furthest": [stop._asdict() for stop in v.stops],
                "possible_in": v.elsewhere[0] if v.elsewhere else None,
            }
            for v, ahead in zip(meal.verdicts, meal.ahead, strict=True)
        ],
    }  # fmt: skip


def _explanation(each: Explanation) -> dict[str, Any]:
    run = each.search
    return {
        "cause": each.label, "says": each.says, "design": each.suspect.design.name,
        "scope": each.suspect.scope.to_meta(), "assumes": each.suspect.assumes,
        "faults": each.cost.faults, "races": each.cost.races, "missing": each.cost.missing, "steps": each.cost.steps,
        "runs": run.number, "must": sorted(run.must), "trace": list(each.run.events),
        "seen": [LOGS[log] if log >= 0 else None for log in each.seen],
        "at": [[_iso(end) if abs(end) < inf else None for end in at] for at in each.times.at] if each.times else None,
    }  # fmt: skip


def _iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
