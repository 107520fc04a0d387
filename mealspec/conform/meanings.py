"""What the words of the driver protocol mean: they stand in its schema, from which drivers are written."""

from __future__ import annotations

LINES = (
    "One JSON object a line on standard input, and one answer a line on standard output. Before it answers, the "
    "driver lets the implementation do all that it can do at that moment of the virtual clock; time goes on by "
    "`advance` alone."
)

MEANS: dict[str, str] = {
    "appear": "The screen appears: there is a view model from now on.",
    "leave": "The screen is closed.",
    "submit": "A meal with this text is saved; it is the meal of that number in `shows`.",
    "reconnect": "The button is pressed.",
    "background": "The app is suspended: no code of it runs, and no timer of it ends.",
    "foreground": "The app returns.",
    "open": "The handshake of this dial is answered with 101.",
    "refuse": "The handshake of this dial is answered with another status.",
    "fail": "This dial, or this request, comes to nothing: no answer will come.",
    "message": "A text frame comes on this socket.",
    "close": "The other end closes this socket; 1006 is an end without a close frame. Seen: it is closed here.",
    "cut": "This socket ends with a reset.",
    "break": "This socket breaks silently: nothing comes of it any more, no pong either, and nobody is told. What is "
    "sent into it raises no error, and is seen all the same.",
    "work": "The work on the meal with this id, which has begun, ends so.",
    "crash": "The process is gone, and closes nothing. What the database holds stays.",
    "boot": "It comes up again.",
    "drop_entry": "The registry's entry of this socket is taken away; socket and handler stay.",
    "expire": "This access token is not taken any more; `token-1` is taken from the beginning.",
    "grant": "This access token is taken from now on; all tokens are of one user.",
    "dial": "A socket is dialled: sockets count from 1, in the order of their dials.",
    "request": "A request is sent: requests count from 1, in the order in which they are sent.",
    "answer": "This request is answered.",
    "accept": "The handshake of this dial is answered with 101.",
    "send": "A text frame is sent on this socket.",
}
"""What is told to a driver, or seen by it."""

SECONDS = (
    "How long the timers take. Of a client: `poll`; `redial` to `redial_most`; `upload`, after one that failed; "
    "`ping`, the pause, and `pong`, the wait; `dial`, its limit. Of a server: `ping` and `pong`; its work begins "
    "at once. Time goes on by `tick`."
)

SHOWS = (
    "What there is to see at any time. Of a client: its list, by the meals' numbers, null without a screen; its "
    "flags; whether a poll task runs. Of a server: the sockets that its registry holds."
)
