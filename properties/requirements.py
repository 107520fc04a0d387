"""The requirements R1 to R32 in the project's own words, and where each is modelled and checked.

``modelled`` names machines and mechanisms, ``checked`` properties and scenarios; the suite holds these
names against what exists. What waits for metrics or logs of one's own says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Requirement:
    """One requirement.

    Attributes
    ----------
    id, sentence
        Its number and what it asks.
    modelled, checked
        What does it, and what tells whether it holds.
    later
        What of it waits, and for what; empty if nothing does.
    """

    id: str
    sentence: str
    modelled: tuple[str, ...]
    checked: tuple[str, ...]
    later: str = ""


def _row(id_: str, sentence: str, modelled: str, checked: str, later: str = "") -> Requirement:
    return Requirement(id_, sentence, tuple(modelled.split()), tuple(checked.split()), later)


REQUIREMENTS: dict[str, Requirement] = {
    r.id: r
    for r in (
        _row("R1", "The view model starts with both flags, connected and connecting, down.", "flags state_flags", "machine-invariants"),
        _row("R2", "A connect during a connect is ignored.", "flags screen connect_guard", "guard single-connection"),
        _row("R3", "A connect that succeeds raises connected, lowers connecting and ends polling.", "flags poller connect_stops_polling", "happy recovery"),
        _row("R4", "A connect that fails lowers both flags and starts polling.", "flags poller poll_on_connect_failure", "fallback polling-persists"),
        _row("R5", "A completed meal's message proves the socket, refreshes, and then ends polling.", "flags loader.handler poller verify_on_message", "happy F11"),
        _row("R6", "A failed meal's message proves the socket as well.", "notification.m1 failure_notifications verify_on_message", "failure-reaches-screen F13"),
        _row("R7", "There is one poll loop; it sleeps first, ends if service and flag agree, else refreshes, and ends if nothing is left.", "poller loader.poll poll_needs_both", "single-poll-task polling-stops fallback"),
        _row("R8", "Reconnecting lowers both flags, dials, and ends as a connect does.", "flags service reconnect", "recovery F5"),
        _row("R9", "Closing the screen ends polling and the socket.", "screen poller service", "agreement no-zombie"),
        _row("R10", "The client pings.", "service client_ping", "no-zombie agreement"),
        _row("R11", "A submission is saved, uploaded by an outbox, answered 201 at once, and queued.", "outbox.m1 receipt.m1 job.m1", "no-lost-submission"),
        _row("R12", "Processing ends, completed or failed, about half a minute after the submission.", "job.m1", "no-orphan failure-reaches-screen latency"),
        _row("R13", "At the end the backend looks the user up: it pushes, or logs and skips for good.", "registry notification.m1", "honest-view F1 timeline"),
        _row("R14", "The incident's two logs have an explanation in the model.", "registry service flags poller", "incident"),
        _row("R15", "The seed's timeline is a run of the design before the fix.", "screen job.m1 poller poll_on_appear", "timeline"),
        _row("R16", "Happy path: pushed, shown at once, and polling ends by itself.", "notification.m1 loader.handler view.m1", "happy polling-stops latency"),
        _row("R17", "Fallback: without a socket polling starts by itself, brings the meal, and lasts until the work is over.", "poller poll_on_connect_failure", "fallback polling-persists delivery latency"),
        _row("R18", "Recovery: the socket comes back, polling ends, later meals are pushed.", "service poller auto_reconnect", "recovery socket-returns latency"),
        _row("R19", "Several meals at once are all delivered.", "outbox.m1 view.m1", "delivery latency"),
        _row("R20", "Meals finish while the app is in the background.", "app probe_on_foreground", "F7 delivery latency"),
        _row("R21", "The device changes its network.", "path dial_on_path_change", "F8 delivery latency"),
        _row("R22", "The server restarts.", "server job_reconciliation", "F9 no-orphan latency"),
        _row("R23", "Before the fix: never by socket, by polling in 5 to 10 s.", "poller", "timeline latency"),
        _row("R24", "After the fix: by socket under a second, else by polling in 5 to 10 s.", "poller notification.m1", "happy fallback recovery latency"),
        _row("R25", "Health check: the flag says yes, the service no: reconnect.", "service flags health_check", "health"),
        _row("R26", "Empty polls lengthen the interval.", "adaptive_interval", "latency"),
        _row("R27", "Connections are counted and timed.", "connection.c1 notification.m1", "simulate", "metrics of a real system wait for the diagnosis of logs"),
        _row("R28", "A submission waits for a connect in progress, up to a limit.", "outbox.m1 flags wait_before_submit", "waiting latency"),
        _row("R29", "Success rate, polling, time to update and misses are monitored.", "connection.c1 poller view.m1 notification.m1", "simulate", "as R27"),
        _row("R30", "Client and server agree on whether they are connected.", "registry service flags ready_ack server_ping", "agreement no-early-belief belief-is-earned F4 F2"),
        _row("R31", "There is always a fallback.", "poller poll_on_submit poll_until_terminal", "delivery polling-persists"),
        _row("R32", "Every step can be logged, so that a run can be found from its logs.", "", "incident", "events print the seed's lines; lines for all other events wait for the diagnosis of logs"),
    )
}  # fmt: skip
"""By number."""
