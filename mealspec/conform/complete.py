"""Words that find out every machine with up to so many states more than a learned one: the Wp method.

Whoever answers all of them as the learned machine does, and has no more states, is equal to it. From each state, on the
shortest way to it, come all words of a few letters, and then what tells the state in which they end from the others:
after all but the longest whatever tells any two states apart, after the longest only what tells that state.

A letter of which nothing comes and that changes nothing is left out of these words. That is sound where whoever asks
knows without asking that it means nothing (:meth:`mealspec.conform.learn.Surroundings.means`), and looks at each step.
AALpy's own Wp method asks all letters: for two states more 577,577 words of the hardened client in place of 2,268. And
what it has tell a state is not always among what it has tell any two states apart, on which the proof rests.

Reference: Fujiwara and others, Test selection based on finite state models (IEEE TSE, 1991).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, pairwise

from mealspec.conform.differ import Rows

Word = tuple[str, ...]
Pair = tuple[str, str]


def suite(rows: Rows, extra: int) -> list[Word]:
    """The words; none is the beginning of another. A machine's first state is its initial one."""
    own, some = identifying(rows), set[Word]()
    whole = sorted({word for words in own.values() for word in words})
    for state, before in reached(rows).items():
        for middle, end in _walks(rows, state, extra + 1):
            endings = whole if len(middle) <= extra else own[end]
            some |= {(*before, *middle, *_short(rows, end, ending)) for ending in endings or [()]}
    ordered = sorted(some)
    return [word for word, other in pairwise([*ordered, ()]) if other[: len(word)] != word]


def reached(rows: Rows) -> dict[str, Word]:
    """By state the shortest word to it."""
    first = next(iter(rows))
    found, waiting = {first: Word()}, [first]
    for state in waiting:
        for letter, (then, _) in rows[state].items():
            if then not in found:
                found[then] = (*found[state], letter)
                waiting.append(then)
    return found


def _walks(rows: Rows, state: str, longest: int) -> Iterator[tuple[Word, str]]:
    """All words of up to so many letters that come to something, and where they lead."""
    yield (), state
    for letter in rows[state] if longest else ():
        if not _idle(rows, state, letter):
            for word, end in _walks(rows, rows[state][letter][0], longest - 1):
                yield (letter, *word), end


def _idle(rows: Rows, state: str, letter: str) -> bool:
    return rows[state][letter] == (state, "")


def _short(rows: Rows, state: str, word: Word) -> Word:
    """Without the letters that mean nothing."""
    out = []
    for letter in word:
        if not _idle(rows, state, letter):
            out.append(letter)
        state = rows[state][letter][0]
    return tuple(out)


# ---------------------------------------------------------------------- what tells states apart


def minimal(rows: Rows) -> bool:
    """Whether any two of its states can be told apart."""
    return len(_apart(rows)) == len(rows) * (len(rows) - 1) // 2


def identifying(rows: Rows) -> dict[str, list[Word]]:
    """By state few words that tell it from all others; all of them are of one set, and that tells any two apart."""
    apart = _apart(rows)
    said = {word: {state: _said(rows, state, word) for state in rows} for word in sorted(set(apart.values()))}
    whole = _fewest(sorted(said, key=lambda word: (len(word), word)), apart, said)
    return {state: _fewest(whole, [pair for pair in apart if state in pair], said) for state in rows}


def _apart(rows: Rows) -> dict[Pair, Word]:
    """Of any two states that differ a shortest word that shows it."""
    found, left = dict[Pair, Word](), list(combinations(rows, 2))
    while True:
        new = {pair: word for pair in left if (word := _shows(rows, pair, found))}
        if not new:
            return {pair: word for pair, word in found.items() if pair[0] < pair[1]}
        found |= new | {(other, one): word for (one, other), word in new.items()}
        left = [pair for pair in left if pair not in new]


def _shows(rows: Rows, pair: Pair, found: dict[Pair, Word]) -> Word:
    """A word that shows that two states differ: one letter, or one that leads to two which are known to differ."""
    one, other = (rows[state] for state in pair)
    for letter in one:
        if one[letter][1] != other[letter][1]:
            return (letter,)
        if rest := found.get((one[letter][0], other[letter][0])):
            return (letter, *rest)
    return ()


def _said(rows: Rows, state: str, word: Word) -> tuple[str, ...]:
    out = []
    for letter in word:
        state, said = rows[state][letter]
        out.append(said)
    return tuple(out)


def _fewest(
    some: Sequence[Word], pairs: Collection[Pair], said: dict[Word, dict[str, tuple[str, ...]]]
) -> list[Word]:  # fmt: skip
    """Of some words few that tell these pairs apart: always the one next that tells most of those that are left."""
    chosen, left = list[Word](), list(pairs)
    while left:
        same = {word: [(a, b) for a, b in left if said[word][a] == said[word][b]] for word in some}
        chosen.append(min(some, key=lambda word: len(same[word])))
        left = same[chosen[-1]]
    return chosen
