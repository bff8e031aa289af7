"""Sending the log to a receiver, in order and at least once, from where the last sending ended.

A receiver that does not answer costs nothing but time: the place stays, and the next sending goes on from there. How
far it is and what went wrong last is kept beside the log, for `amar status`, `amar doctor` and the sensor.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Final

import requests
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from lake.layout import Home
from orchestration.openlineage.log import Event, EventLog, write_durably
from orchestration.openlineage.settings import LineageSettings

PLACE, REFUSED = "sent.json", "refused.ndjson"
FOR_GOOD: Final = frozenset({400, 413, 422})
"""Answers of a receiver that will never take this event."""

_ATTEMPTS = 3
_LONGEST_WAIT = 2


class ReceiverDownError(Exception):
    """The receiver did not take an event now; the message names no address and no token."""


@dataclass(frozen=True)
class Place:
    """How far the log was sent.

    Attributes:
        sequence: Entries up to this one are with the receiver.
        events: So many events of the next one, too.
        refused: Events that the receiver refused for good.
        failure: Why the last sending ended early; empty where it did not.
    """

    sequence: int = 0
    events: int = 0
    refused: int = 0
    failure: str = ""


@dataclass(frozen=True)
class Standing:
    """What there is to say of the sending.

    Attributes:
        receiver: Whether one is set.
        events_waiting: Events that it did not get yet.
        events_refused: Events that it refused for good.
        failure: Why the last sending ended early.
    """

    receiver: bool
    events_waiting: int
    events_refused: int
    failure: str

    def __str__(self) -> str:
        """Return it as a sentence."""
        if not self.receiver:
            return "no receiver is set (AMAR_OPENLINEAGE_URL); the log is in the home"
        said = f"{self.events_waiting} events wait for the receiver, {self.events_refused} were refused"
        return f"{said}; the last sending ended early: {self.failure}" if self.failure else said


def standing(home: Home, settings: LineageSettings) -> Standing:
    """Tell how far the sending is."""
    log = EventLog(home)
    place = _read(log)
    if settings.endpoint is None:
        return Standing(receiver=False, events_waiting=0, events_refused=0, failure="")
    waiting = sum(len(entry.events) for entry in log.entries(after=place.sequence)) - place.events
    return Standing(receiver=True, events_waiting=waiting, events_refused=place.refused, failure=place.failure)


def send(home: Home, settings: LineageSettings, *, from_start: bool = False) -> int:
    """Send what the receiver did not get yet; returns how many events it took.

    Args:
        home: The installation.
        settings: Where to send to; nothing is sent where no receiver is set.
        from_start: Send the whole log once more, for a receiver that lost it.

    Raises:
        ReceiverDownError: the receiver takes no more for now; the rest waits.
    """
    log, endpoint, taken = EventLog(home), settings.endpoint, 0
    if endpoint is None:
        return 0
    with _alone(log) as is_ours, requests.Session() as session:
        if not is_ours:
            return 0
        if settings.openlineage_token:
            session.headers["Authorization"] = f"Bearer {settings.openlineage_token.get_secret_value()}"
        place = Place() if from_start else replace(_read(log), failure="")
        try:
            for entry in log.entries(after=place.sequence):
                for event in entry.events[place.events :]:
                    is_taken = _post(session, endpoint, event, settings.openlineage_timeout_seconds)
                    if not is_taken:
                        _note_refused(log, event)
                    taken += is_taken
                    place = replace(place, events=place.events + 1, refused=place.refused + (not is_taken))
                place = replace(place, sequence=entry.sequence, events=0)
                _write(log, place)
        except ReceiverDownError as error:
            place = replace(place, failure=str(error))
            raise
        finally:
            _write(log, place)
    return taken


def _post(session: requests.Session, endpoint: str, event: Event, timeout: float) -> bool:
    """Post an event, some times over; returns whether the receiver took it or refused it for good."""
    tries = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(multiplier=0.1, max=_LONGEST_WAIT),
        retry=retry_if_exception_type(ReceiverDownError),
    )
    try:
        return tries(_post_once, session, endpoint, event, timeout)
    except RetryError as error:
        raise ReceiverDownError(str(error.last_attempt.exception())) from None


def _post_once(session: requests.Session, endpoint: str, event: Event, timeout: float) -> bool:
    body = json.dumps(event, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    try:
        answer = session.post(endpoint, data=body, headers=headers, timeout=timeout, allow_redirects=False)
    except requests.RequestException as error:
        raise ReceiverDownError(f"the receiver does not answer: {type(error).__name__}") from None
    if answer.status_code in FOR_GOOD:
        return False
    if not answer.ok or answer.is_redirect:
        raise ReceiverDownError(f"the receiver answered {answer.status_code}")
    return True


def _note_refused(log: EventLog, event: Event) -> None:
    """Name a run whose event was refused; the event itself stays in the log."""
    note = {"run": event["run"]["runId"], "job": event["job"]["name"], "event": event["eventType"]}
    with (log.root / REFUSED).open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(note)}\n")


def _read(log: EventLog) -> Place:
    path = log.root / PLACE
    return Place(**json.loads(path.read_bytes())) if path.is_file() else Place()


def _write(log: EventLog, place: Place) -> None:
    write_durably(log.root / PLACE, json.dumps(asdict(place)).encode())


@contextmanager
def _alone(log: EventLog) -> Iterator[bool]:
    """Let one process send at a time, so that a receiver gets the log in order; gives whether it is this one."""
    log.root.mkdir(parents=True, exist_ok=True)
    with (log.root / "send.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
