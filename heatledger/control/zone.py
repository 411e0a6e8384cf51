"""What is remembered of a zone and of an outdoor unit: all of it can be read again from the log after a crash."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from heatledger.control.caveats import Doubts, standing
from heatledger.control.envelope import Told
from heatledger.control.events import OVER, Event
from heatledger.control.moment import Moment, at_least_s

OVERHEARD: Final = "overheard"
"""What a row about a person says where it was a message on a command topic that told so."""
_OVERHEARD_KEPT: Final = 8
_SENT_KEPT: Final = 64
"""More than a device may be sent in any hour."""
_EFFECT_S: Final = 60.0
"""For so long after a command what it did not ask for may change with it, as a set-point does with the mode. [s]"""
_ECHO_S: Final = 300.0
"""For so long what a device was told may still come true. [s]"""
SAME_K: Final = 0.3
"""Half the coarsest step there is, 0.5 K or 1 °F: what a device makes of a number. [K]"""


class Said(NamedTuple):
    """What one device of a zone says it is set to [°C], and when it last said so live."""

    mode: str | None = None
    setpoint: float | None = None
    spoke: Moment | None = None


def is_so(wanted: Told, mode: str | None, setpoint: float | None) -> bool:
    """Return whether a device that says this is as it was told to be.

    Examples
    --------
    >>> is_so(Told(20.5, None), "heat", 20.56), is_so(Told(20.5, "heat"), "off", 20.5)
    (True, False)
    """
    warm = wanted.setpoint is None or (setpoint is not None and abs(setpoint - wanted.setpoint) <= SAME_K)
    return warm and wanted.mode in (None, mode)


class Memory:
    """A zone: what is asked and not done with, what was sent, what stands, and who else had a say."""

    def __init__(self) -> None:
        self.open: dict[int, Event] = {}
        self.sent: deque[Event] = deque(maxlen=_SENT_KEPT)
        self.unanswered: list[Event] = []
        self.stands: Told | None = None
        self.person: Moment | None = None
        self.chose: Moment | None = None
        self.rival: Moment | None = None
        self.frost: Moment | None = None
        self.waits = ""
        self.caveats: dict[tuple[str, str], Event] = {}
        self.doubts = Doubts()
        self._overheard: deque[Event] = deque(maxlen=_OVERHEARD_KEPT)
        self._stood: Moment | None = None
        self._set_back: list[Moment] = []
        self._heard: dict[int, Told] = {}

    @property
    def flying(self) -> Event | None:
        """The request that was sent and is not done with."""
        return next((event for event in self.open.values() if self.last_sent(event.id)), None)

    @property
    def coming(self) -> Event | None:
        """The newest request that is not done with."""
        return max(self.open.values(), key=lambda event: event.id, default=None)

    def last_sent(self, request: int) -> Event | None:
        """Return when and what was last sent for a request."""
        return next((event for event in reversed(self.sent) if event.request == request), None)

    def tries(self, request: int) -> int:
        """Return how often a request was sent."""
        return sum(event.request == request for event in self.sent)

    def take(self, event: Event) -> None:
        """Take in a row of the log."""
        self.chose = event.at if _is_choice(event) else self.chose
        if event.kind == "asked":
            self.open[event.id], self.waits = event, ""
            self.frost = event.at if event.by == "frost" else self.frost
        elif event.kind == "waits":
            self.waits = event.note
        elif event.kind == "sent":
            self._overheard.clear()  # whatever others say after it they say against it
            self.sent.append(event)
            self.unanswered.append(event)
        elif event.kind == "person":
            if self._stood is not None and at_least_s(self._stood, event.at) <= _ECHO_S:
                self._set_back.append(event.at)
            self.person, self.stands, self._stood = event.at, None, None
            if event.why == OVERHEARD:
                self._overheard.append(event)
        elif event.kind == "rival":
            self.rival = event.at
        if event.kind in ("confirmed", "unconfirmed"):
            self._stand(event)
        self.caveats = standing([event], self.caveats)
        if event.kind in OVER:
            self.open.pop(event.request, None)

    def hear(self, devices: Sequence[Said], now: Moment) -> Told | None:
        """Take in what the devices say they are set to; return it where somebody else than we changed one."""
        spoke = [one.spoke for one in devices]
        if all(spoke):
            self.unanswered = [event for event in self.unanswered if not self._is_answered(event, spoke, now)]
        found = [self._changed(number, one, now) for number, one in enumerate(devices) if one.spoke is not None]
        return next((said for said in found if said is not None), None)

    def is_new(self, told: Told) -> bool:
        """Return whether what somebody else tells the devices is anything that they are not, and were not told."""
        known = list(self._heard.values())
        known += [Told(event.setpoint, event.mode) for event in (*self.unanswered, *list(self._overheard)[-1:])]
        known += [self.stands] if self.stands else []
        return told != Told(None, None) and not any(_is_within(told, one) for one in known)

    def _is_answered(self, event: Event, spoke: Sequence[Moment | None], now: Moment) -> bool:
        after = all(one is not None and _after(event.at, one) for one in spoke)
        return after and at_least_s(event.at, now) >= _ECHO_S

    def _changed(self, number: int, one: Said, now: Moment) -> Told | None:
        """Return what a device says where it differs from before and nobody whom we know of asked for it."""
        said, before = Told(one.setpoint, one.mode), self._heard.get(number) or self.stands
        self._heard[number] = said
        if before is None:
            return None
        foreign = [
            name
            for name in ("setpoint", "mode")
            if _differs(getattr(before, name), getattr(said, name)) and not self._is_ours(name, said, now)
        ]
        return said if foreign else None

    def set_back(self, span_s: float, now: Moment) -> int:
        """Return how often what was confirmed was changed again within minutes, in a span of time [s]."""
        return sum(at_least_s(moment, now) <= span_s for moment in self._set_back)

    def spoke_since(self, sent: Moment, spoke: Moment | None) -> bool:
        """Return whether the device spoke live after something was sent."""
        return spoke is not None and _after(sent, spoke)

    def _stand(self, event: Event) -> None:
        old = self.stands
        if old is not None and event.mode in (None, old.mode):
            self.stands = Told(old.setpoint if event.setpoint is None else event.setpoint, old.mode)
        else:
            self.stands = Told(event.setpoint, event.mode)
        self._stood = event.at
        self.unanswered = []

    def _is_ours(self, name: str, said: Told, now: Moment) -> bool:
        """Return whether a change follows from what was sent: it was asked for, or came with what was."""
        value = getattr(said, name)
        for event in (*self.sent, *self._overheard):
            asked, age_s = getattr(event, name), at_least_s(event.at, now)
            if asked is not None and age_s < _ECHO_S and not _differs(asked, value):
                return True
            if asked is None and age_s < _EFFECT_S and event.mode is not None:
                return True
        return False


class Unit:
    """An outdoor unit, or several that share a zone: when a compressor last started or stopped, or may have."""

    def __init__(self) -> None:
        self._turned: Moment | None = None
        self._commanded: Moment | None = None
        self._runs: tuple[bool | None, ...] = ()
        self._seen = False

    def begin(self, now: Moment) -> None:
        """Take it that the compressor turned just now: nobody looked."""
        self._turned = now

    def command(self, at: Moment) -> None:
        """Note that something was sent that may start or stop it."""
        self._turned = self._commanded = at

    def observe(self, runs: tuple[bool | None, ...], now: Moment) -> None:
        """Take in whether each runs; what is not known for a while may have turned meanwhile."""
        if self._seen and runs != self._runs:
            self._turned, self._commanded = now, None
        self._seen = self._seen or any(one is not None for one in runs)
        self._runs = runs

    def state(self, now: Moment) -> tuple[bool | None, Moment | None]:
        """Return whether it runs, None where a command may be turning it now, and when it last turned."""
        turning = self._commanded is not None and at_least_s(self._commanded, now) < 2 * _ECHO_S
        return (None if turning else all_run(self._runs)), self._turned


def all_run(runs: Sequence[bool | None]) -> bool | None:
    """Return whether all compressors run, or none does; None where it is neither, or not known.

    Examples
    --------
    >>> all_run((True,)), all_run((False, False)), all_run((True, False)), all_run(())
    (True, False, None, None)
    """
    return runs[0] if runs and len(set(runs)) == 1 else None


def _is_within(told: Told, one: Told) -> bool:
    """Whether one state is all that is told."""
    pairs = zip(told, one, strict=True)
    return all(asked is None or (has is not None and not _differs(asked, has)) for asked, has in pairs)


def _is_choice(event: Event) -> bool:
    return event.kind == "person" or (event.kind == "asked" and event.by == "person")


def _after(sent: Moment, spoke: Moment) -> bool:
    return spoke.boot != sent.boot or spoke.steady_s > sent.steady_s


def _differs(before: float | str | None, said: float | str | None) -> bool:
    if before is None or said is None:
        return False
    if isinstance(before, float) and isinstance(said, float):
        return abs(before - said) > SAME_K
    return before != said
