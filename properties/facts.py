"""The vocabulary of the properties: facts about a product state of the protocol."""

from __future__ import annotations

from dataclasses import dataclass

from mealspec.core import At, Predicate, System, all_of, any_of
from mealspec.model.client.app import App
from mealspec.model.client.day import Day
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import IDLE
from mealspec.model.scope import Scope


@dataclass(frozen=True)
class Facts:
    """Facts of one system: a design in a scope.

    For any design at once, the system is the richest one: it is only asked which machines there are.
    """

    design: Design
    scope: Scope
    system: System

    def foreground(self) -> Predicate:
        """The app's code runs."""
        return At("app", lambda s: s is not App.BACKGROUND, absent=True)

    def shown(self) -> Predicate:
        """The screen is there and lists the meals' day, its connect has begun, and the app's code runs."""
        listed = At("day", lambda s: s is Day.THIS, absent=True)
        return At("screen", lambda s: s is Screen.SHOWN) & listed & self.foreground()

    def belief(self) -> Predicate:
        """The client believes that it is connected: the flag, or the service where there is none."""
        if M.STATE_FLAGS in self.design:
            return At("flags", lambda s: s.connected)
        return At("service", lambda s: s.connected)

    def verified(self) -> Predicate:
        """Flag and service both say connected."""
        return self.belief() & At("service", lambda s: s.connected)

    def through(self) -> Predicate:
        """A push would arrive: the service's socket works end to end and, of this device, only it is registered."""
        return any_of(self._works(c) for c in self.scope.connection_names)

    def severed(self) -> Predicate:
        """Service and registry both hold nothing of this device."""
        return At("service", lambda s: s.socket == "none") & self._listed()

    def starved(self) -> Predicate:
        """The client wants to dial and the scope has no free connection.

        In life there is always another socket, so a run that ends so proves nothing.
        """
        wants: Predicate = At("screen", lambda s: s is Screen.ARRIVING)
        if M.AUTO_RECONNECT in self.design:
            wants = wants | At("service", lambda s: s.socket == "none")
        if M.HEALTH_CHECK in self.design:
            wants = wants | (self.belief() & At("service", lambda s: not s.connected))
        busy = all_of(At(f"connection.{c}", lambda s: s != IDLE) for c in self.scope.connection_names)
        return wants & busy

    def resting(self) -> Predicate:
        """Every machine is in a state in which it may stay for ever."""
        return all_of(At(machine.name, machine.resting, absent=True) for machine in self.system.machines)

    def _works(self, c: str) -> Predicate:
        holds = At("service", lambda s: s == Service(c, True))
        return holds & self._listed(c) & At(f"connection.{c}", lambda s: s.works)

    def _listed(self, *names: str) -> Predicate:
        """Of this device's connections the registry lists these."""
        own = set(self.scope.connection_names)
        return At("registry", lambda s: own & set(s.held) == set(names))
