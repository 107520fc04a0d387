"""States in words, to the letter: each kind of machine, and what is nobody's concern."""

from __future__ import annotations

from mealspec.check.phrases import phrase
from mealspec.model.client.local_poller import Tasks
from mealspec.model.client.poller import Loop, Poller
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.design import DESIGNS, Design
from mealspec.model.network.connection import IDLE, Await, Client, Connection, Server
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.server.process import Process
from mealspec.model.server.registry import Registry


def told(design: Design, name: str, scope: Scope) -> dict[str, str]:
    """What is said of the states of one machine."""
    (machine,) = [each for each in system(design, scope).machines if each.name == name]
    return {str(state): phrase(name, state) for state in machine.states}


def test_of_poll_tasks_it_is_said_whether_one_runs_and_whether_a_cancelled_one_still_acts() -> None:
    assert phrase("poller", Poller(Loop.NONE)) == "no poll task runs"
    assert phrase("poller", Poller(Loop.OFF)) == "no poll task runs"
    for more in ({"woken": True}, {"loads": True}, {"stops": True}, {"woken": True, "stops": True}):
        assert phrase("poller", Poller(Loop.NONE, **more)) == "no poll task runs, and a cancelled one still acts"
    assert phrase("poller", Poller(Loop.SLEEP)).startswith("a poll task runs (")
    assert phrase("poller", Poller(Loop.LOAD, loads=True)).endswith("), and a cancelled one still acts")
    assert phrase("poller", Poller(Loop.LOAD)) != phrase("poller", Poller(Loop.SLEEP))


def test_of_the_apps_poll_tasks_each_oddity_is_said_by_itself() -> None:
    words = {
        "lowered": "the flag says that none does", "woken": "a cancelled one still acts",
        "rogue": "one whose handle is lost polls on", "ending": "one that has ended is about to lower the flag",
    }  # fmt: skip
    for name, said in words.items():
        assert phrase("poller", Tasks(Loop.NONE, **{name: True})) == f"no poll task runs, and {said}"
    every = ", and ".join(["no poll task runs", *words.values()])
    assert phrase("poller", Tasks(Loop.NONE, True, True, True, True)) == every


def test_of_a_socket_it_is_said_what_either_end_is_and_whether_it_is_broken() -> None:
    def said(client: Client, server: Server, fine: bool = True) -> str:
        return phrase("connection.c1", Connection(client, server, fine, Await.NONE))

    assert phrase("connection.c1", IDLE) == ""
    assert said(Client.DIALLING, Server.NONE) == "c1 is being dialled at the client, not known at the server"
    assert said(Client.OPEN, Server.ACCEPTED) == "c1 is open at the client, accepted and not registered at the server"
    assert said(Client.READY, Server.REGISTERED, False) == (
        "c1 is open and known as ready at the client, registered at the server, and between them silently broken"
    )
    assert said(Client.CLOSED, Server.GONE) == "c1 is closed at the client, not known at the server"
    assert said(Client.CLOSED, Server.HEARD) == "c1 is closed at the client, heard and not registered at the server"
    assert said(Client.OPEN, Server.RETURNED_ELSEWHERE).endswith(
        "at another instance, and its handler has returned at the server"
    )


def test_what_is_as_it_should_be_is_not_told() -> None:
    assert [phrase(*each) for each in (("screen", Screen.SHOWN), ("server", Process.UP), ("budget", 1))] == ["", "", ""]
    assert phrase("screen", Screen.HIDDEN) != ""
    assert phrase("server", Process.DOWN) != ""
    assert phrase("something", Registry(())) == "", "no words are known of it"


def test_of_service_registry_and_flags_it_is_said_what_they_hold() -> None:
    said = {
        Service("none", False): "the service holds no socket", Service("c1", True): "the service calls c1 connected",
        Service("c1", False): "the service holds c1, not connected",
    }  # fmt: skip
    assert {state: phrase("service", state) for state in said} == said
    assert [phrase("registry", Registry(held)) for held in ((), ("c1",), ("c1", "d2"))] == [
        "the registry holds nothing", "the registry holds c1", "the registry holds c1 and d2",
    ]  # fmt: skip
    assert told(DESIGNS["published"], "flags", Scope(connections=1)) == {
        "neither": "the client does not believe that it is connected",
        "connecting": "the client does not believe that it is connected, and dials",
        "connected": "the client believes that it is connected",
        "connected+connecting": "the client believes that it is connected, and dials",
    }


def test_of_loads_and_fetches_it_is_said_how_far_they_are_unless_there_is_none() -> None:
    scope = Scope(connections=1, faults=1).with_(["device"])
    app, seed = DESIGNS["app_head"], DESIGNS["published"]
    answered = "the server has read its answer, and the device does not store it yet"
    assert {*told(app, "sync", scope).values()} == {
        "",
        "the fetch of m1: the request is out",
        f"the fetch of m1: {answered}",
    }
    load = told(seed, "loader.poll", scope)
    assert (load["idle"], load["cut"]) == (
        "", "the load by poll: the task is cancelled, and its request with it; it fails next",
    )  # fmt: skip
    away = told(seed, "device", scope)
    assert (away["away"], away["open/registered"]) == ("", "the other device holds its socket open")


def test_of_a_meal_it_is_said_what_is_saved_stored_pushed_worked_on_and_shown() -> None:
    scope = Scope(connections=1, faults=1)
    app, seed = DESIGNS["app_head"], DESIGNS["published"]
    assert told(app, "save.m1", scope)["idle"] == ""
    assert told(app, "save.m1", scope)["waiting"] == "the save of m1: the save waits for the first attempt to upload"
    assert told(app, "store.m1", scope)["processing"] == "m1 on the device: stored as processing"
    assert told(seed, "notification.m1", scope)["sent:c1"] == "the push of m1: it is under way"
    assert told(seed, "job.m1", scope)["queued"] == "m1: the work waits"
    shown = told(seed, "view.m1", scope)
    assert (shown["none"], shown["completed"], shown["gone"]) == (
        "m1 is not submitted", "m1 is listed as completed", "m1 was listed as finished, and is now not listed",
    )  # fmt: skip
