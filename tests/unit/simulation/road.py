"""A road in memory: outboxes, a stream and its consumers, driven by a seed through losses, repeats and delays.

What is decided on the way is decided by the product's own code: shared.delivery for relays and inboxes, the projection
and the fold for the figures. The tables and the server are lists here. A step is one thing that may happen; after the
faults the road is healed and driven until nothing moves.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from services.rollups.model import Contribution, Origin, ProblemFact
from services.rollups.projection import project
from shared import delivery
from shared.delivery import ConsumerState, StreamState, Tries
from tests.unit.rollups.books import Books, naive

PATHS = ("a/", "a/b/", "a/b/c/", "a/b/d/", "a/e/", "a/e/f/", "z/")
STATES = ("OPEN", "IN_PROGRESS", "DONE", "VERIFIED", "CLOSED")
LIGHTS = ("GREEN", "YELLOW", "RED")
_RELAY_BATCH = 8
_PULL_BATCH = 6


@dataclass(frozen=True)
class Letter:
    """What travels. fails: how often applying it fails by itself before it works; -1: always."""

    message_id: str
    fact: ProblemFact
    fails: int


@dataclass
class Row:
    """A row of an outbox. old: from so long ago that the stream drops its repeats no more."""

    letter: Letter
    old: bool = False
    sent_sequence: int | None = None
    sent_to: str = ""


@dataclass
class Stream:
    """A stream of one making. known: the ids that it drops repeats of."""

    made: str
    messages: dict[int, Letter] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    last: int = 0

    def store(self, letter: Letter) -> int:
        """The sequence at which it is, or has been."""
        if letter.message_id in self.known:
            return self.known[letter.message_id]
        self.last += 1
        self.messages[self.last] = letter
        self.known[letter.message_id] = self.last
        return self.last

    @property
    def state(self) -> StreamState:
        return StreamState(self.made, self.last)


class Consumer:
    """A durable consumer on the server and the service behind it, whose tables survive its crashes."""

    def __init__(self, *, counts: bool) -> None:
        self.counts = counts
        self.books = Books()
        # Each message that took effect, as the audit log would hold it.
        self.log: Counter[str] = Counter()
        self.inbox: set[str] = set()
        self.parked: dict[str, Letter] = {}
        self.tries = Tries()
        self.failed: Counter[str] = Counter()
        self.acked: set[int] = set()
        self.in_flight: list[int] = []
        self.next = 1

    def made_anew(self) -> None:
        """The server has lost what it knew of this consumer."""
        self.acked, self.in_flight, self.next = set(), [], 1

    def state(self, stream: Stream) -> ConsumerState:
        floor = 0
        while floor + 1 in self.acked or (floor < stream.last and floor + 1 not in stream.messages):
            floor += 1
        waiting = sum(1 for sequence in stream.messages if sequence not in self.acked)
        return ConsumerState(floor=floor, waiting=waiting)

    def deliver(self, stream: Stream, chance: random.Random, *, wild: bool) -> list[int]:
        """Sequences that come now: new ones, and such as came before and were not acknowledged; wild: in any order."""
        fresh = [n for n in range(self.next, stream.last + 1) if n in stream.messages][:_PULL_BATCH]
        self.next = fresh[-1] + 1 if fresh else self.next
        again = [n for n in self.in_flight if n in stream.messages and n not in self.acked]
        coming = again[: _PULL_BATCH // 2] + fresh
        self.in_flight = sorted({*self.in_flight, *fresh})
        if wild:
            chance.shuffle(coming)
            coming = coming + coming[: chance.randrange(3)]
            coming = [n for n in coming if chance.random() > 0.15]
        return coming

    def take(self, stream: Stream, coming: list[int], *, acks_arrive: bool) -> None:
        """What the inbox does with a batch: whole, else one by one."""
        batch = [(n, stream.messages[n]) for n in coming]
        if any(self._would_fail(letter) for _, letter in batch) and len(batch) > 1:
            for each in batch:
                self._take([each], acks_arrive=acks_arrive)
        elif batch:
            self._take(batch, acks_arrive=acks_arrive)

    def _take(self, batch: list[tuple[int, Letter]], *, acks_arrive: bool) -> None:
        letter = batch[0][1]
        if len(batch) == 1 and self._would_fail(letter):
            self.failed[letter.message_id] += 1
            if self.tries.failed(letter.message_id) is not None:
                return
            self.parked[letter.message_id] = letter
            self.tries.done([letter.message_id])
        else:
            letters = [each for _, each in batch]
            unknown = {each.message_id for each in letters} - self.inbox
            self.apply(delivery.first_of_each(letters, unknown))
            self.tries.done(each.message_id for each in letters)
        if acks_arrive:
            self.acked.update(n for n, _ in batch)

    def apply(self, fresh: list[Letter]) -> None:
        """The effect of fresh messages, together with their inbox rows."""
        self.inbox.update(letter.message_id for letter in fresh)
        self.log.update(letter.message_id for letter in fresh)
        if self.counts and fresh:
            self.books.take_in([one for letter in fresh for one in project(letter.fact)])

    def _would_fail(self, letter: Letter) -> bool:
        if letter.message_id in self.inbox:
            return False
        return letter.fails < 0 or self.failed[letter.message_id] < letter.fails

    def has_safely(self, message_id: str) -> bool:
        """Whether a message's effect, or the message itself, is in this service's own database."""
        return message_id in self.inbox or message_id in self.parked


class Relay:
    """One service's outbox and the relay that empties it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._published: list[tuple[list[Row], int, str]] = []
        self._seen_made = ""

    def look(self, stream: Stream, consumers: list[Consumer], *, returned: bool) -> list[Row]:
        """Settles what everybody has and takes back what may be lost. Returns the rows that it deletes."""
        self._seen_made = stream.made
        if returned:
            self._published = []
        state = stream.state
        floor = delivery.taken_in(state, [consumer.state(stream) for consumer in consumers])
        sent: dict[str, int] = {}
        for row in self.rows:
            if row.sent_sequence is not None:
                sent[row.sent_to] = max(sent.get(row.sent_to, 0), row.sent_sequence)
        again = delivery.lost(sent, state)
        settled = []
        for row in self.rows:
            if row.sent_sequence is None:
                continue
            if (returned and not row.old) or any(
                row.sent_to == made and row.sent_sequence > after for made, after in again
            ):
                row.sent_sequence, row.sent_to = None, ""
            elif row.sent_to == state.made and row.sent_sequence <= floor:
                settled.append(row)
        self.rows = [row for row in self.rows if row not in settled]
        return settled

    def send(self, stream: Stream, *, stored: bool, heard: bool) -> None:
        """One round: notes what the last one sent, takes the next rows, publishes them. heard: the answer arrives."""
        for rows, sequence, made in self._published:
            for row in rows:
                row.sent_sequence, row.sent_to = sequence, made
        self._published = []
        rows = [row for row in self.rows if row.sent_sequence is None][:_RELAY_BATCH]
        if not rows or not stored or not self._seen_made:
            return
        sequence = max([stream.store(row.letter) for row in rows])
        if heard:
            self._published.append((rows, sequence, self._seen_made))

    def crash(self) -> None:
        """The process ends: what it had not noted is forgotten."""
        self._published = []
        self._seen_made = ""


class Road:
    """Two services that tell, one stream, two that take in: one counts, one logs."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.stream = Stream(made="made 0")
        self.relays = [Relay(), Relay()]
        self.consumers = [Consumer(counts=True), Consumer(counts=False)]
        self.told: list[Letter] = []
        self._versions: Counter[str] = Counter()
        self._lost_makings = 0
        self.happened: Counter[str] = Counter()

    def run(self, steps: int) -> None:
        """So many things that may happen, then what heals it all."""
        happenings = (
            (self._deed, 30),
            (self._relay, 25),
            (self._pull, 30),
            (self._look, 8),
            (self._relay_crashes, 2),
            (self._consumer_crashes, 2),
            (self._bus_returns_empty, 1),
            (self._bus_returns_shorter, 1),
            (self._time_passes, 1),
        )
        choices = self.chance.choices([each for each, _ in happenings], [weight for _, weight in happenings], k=steps)
        for happening in choices:
            self.happened[happening.__name__] += 1
            happening()
        self._heal()

    def _deed(self) -> None:
        entity = f"tenants/t/problems/{self.chance.randrange(12)}"
        self._versions[entity] += 1
        version = self._versions[entity]
        fact = ProblemFact(
            Origin(entity, "t", version, 1, "territorial", self.chance.choice(PATHS), "c"),
            state=self.chance.choice(STATES),
            light=self.chance.choice(LIGHTS),
        )
        fails = self.chance.choice((0, 0, 0, 0, 0, 0, 1, 2, -1)) if self.chance.random() < 0.2 else 0
        letter = Letter(f"{entity}@{version}", fact, fails)
        self.told.append(letter)
        # An entity belongs to one service.
        self.relays[int(entity.rsplit("/", 1)[-1]) % len(self.relays)].rows.append(Row(letter))

    def _relay(self) -> None:
        stored = self.chance.random() > 0.1
        self.chance.choice(self.relays).send(self.stream, stored=stored, heard=self.chance.random() > 0.15)

    def _pull(self) -> None:
        consumer = self.chance.choice(self.consumers)
        coming = consumer.deliver(self.stream, self.chance, wild=True)
        consumer.take(self.stream, coming, acks_arrive=self.chance.random() > 0.2)

    def _look(self, *, returned: bool = False) -> None:
        for relay in self.relays:
            for row in relay.look(self.stream, self.consumers, returned=returned):
                # The promise: what is deleted here is in the database of everybody whom it concerns.
                for consumer in self.consumers:
                    assert consumer.has_safely(row.letter.message_id), f"{row.letter.message_id} was deleted too early"

    def _relay_crashes(self) -> None:
        relay = self.chance.choice(self.relays)
        relay.crash()
        relay.look(self.stream, self.consumers, returned=True)

    def _consumer_crashes(self) -> None:
        self.chance.choice(self.consumers).tries = Tries()

    def _bus_returns_empty(self) -> None:
        self._lost_makings += 1
        self.stream = Stream(made=f"made {self._lost_makings}")
        for consumer in self.consumers:
            consumer.made_anew()
        if self.chance.random() < 0.5:
            # Somebody else may fill it before this one looks.
            self._relay()
        self._look(returned=True)

    def _bus_returns_shorter(self) -> None:
        """It has lost its end, and others may fill it before we look: its length does not tell."""
        keep = self.chance.randrange(self.stream.last + 1)
        shorter = Stream(made=self.stream.made, last=keep)
        shorter.messages = {n: letter for n, letter in self.stream.messages.items() if n <= keep}
        shorter.known = {letter.message_id: n for n, letter in shorter.messages.items()}
        self.stream = shorter
        for consumer in self.consumers:
            consumer.acked = {n for n in consumer.acked if n <= keep}
            consumer.in_flight = [n for n in consumer.in_flight if n <= keep]
            consumer.next = min(consumer.next, keep + 1)
        self._look(returned=True)

    def _time_passes(self) -> None:
        """The time is over for which the stream drops repeats."""
        self.stream.known.clear()
        for relay in self.relays:
            for row in relay.rows:
                row.old = True

    def _heal(self) -> None:
        for _ in range(10_000):
            before = self._where()
            for relay in self.relays:
                relay.send(self.stream, stored=True, heard=True)
            for consumer in self.consumers:
                consumer.take(self.stream, consumer.deliver(self.stream, self.chance, wild=False), acks_arrive=True)
            self._look()
            if self._where() == before and not any(relay.rows for relay in self.relays):
                return
        raise AssertionError("it never comes to rest")

    def _where(self) -> tuple[object, ...]:
        return (
            self.stream.last,
            *(len(relay.rows) for relay in self.relays),
            *(len(consumer.acked) for consumer in self.consumers),
            *(sum(consumer.failed.values()) for consumer in self.consumers),
        )

    def check(self) -> None:
        """Everything told is taken in once by everybody, but for what is parked; and that too once it can be."""
        for consumer in self.consumers:
            for letter in list(consumer.parked.values()):
                assert letter.fails != 0, f"{letter.message_id} was parked and never failed by itself"
                if letter.message_id not in consumer.inbox:
                    consumer.apply([letter])
            assert consumer.log == Counter(letter.message_id for letter in self.told)
        contributions: list[Contribution] = [one for letter in self.told for one in project(letter.fact)]
        assert self.consumers[0].books.figures() == naive(contributions)


def simulate(seed: int, *, steps: int = 150) -> Counter[str]:
    """One road of a seed. Returns what happened on it. Raises AssertionError where a promise is broken."""
    road = Road(seed)
    road.run(steps)
    road.check()
    return road.happened
