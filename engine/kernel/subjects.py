"""What a request is about: its class, and the key of the thing it reads or writes.

Keys are ranked by popularity, 0 the most wanted. Zipf's law is sampled by rejection-inversion (Hörmann and Derflinger, ACM TOMACS 6, 1996):
exact for any number of keys and any exponent, without a table; on average below 1.1 tries.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernel.jit import inner, tiny
from engine.kernel.rng import ZERO, counter, uniform

FOR_CLASS, FOR_KEY, FOR_HOT_KEY, FOR_PARTITION = np.arange(60, 64)
SMALL = 1e-8  # below it the two quotients come from their series
HOTTEST = np.int64(0)


@tiny
def log1p_over(x):
    """log(1 + x) / x."""
    return math.log1p(x) / x if abs(x) > SMALL else 1.0 - x * (0.5 - x * (1.0 / 3.0 - 0.25 * x))


@tiny
def expm1_over(x):
    """(eˣ − 1) / x."""
    return math.expm1(x) / x if abs(x) > SMALL else 1.0 + x * 0.5 * (1.0 + x / 3.0 * (1.0 + 0.25 * x))


@tiny
def area(x, zipf):
    """∫₁ˣ t^−zipf dt."""
    logarithm = math.log(x)
    return expm1_over((1.0 - zipf) * logarithm) * logarithm


@tiny
def area_inverse(a, zipf):
    """The x up to which the area is a."""
    t = max(a * (1.0 - zipf), -1.0)
    return math.exp(log1p_over(t) * a)


@inner
def zipf_rank(key, count, zipf):
    """A rank in 0 … count − 1, rank r with probability proportional to (r + 1)^−zipf."""
    if zipf == 0.0:
        return np.int64(uniform(key, counter(FOR_KEY, ZERO, ZERO)) * count)
    low, high = area(1.5, zipf) - 1.0, area(count + 0.5, zipf)
    sure = 2.0 - area_inverse(area(2.5, zipf) - 2.0**-zipf, zipf)  # this close to the right of a rank nothing is ever rejected
    n = ZERO
    while True:
        a = high + uniform(key, counter(FOR_KEY, ZERO, n)) * (low - high)
        x = area_inverse(a, zipf)
        k = min(max(np.int64(x + 0.5), np.int64(1)), count)
        if k - x <= sure or a >= area(k + 0.5, zipf) - math.exp(-zipf * math.log(k)):
            return k - 1
        n += 1


@inner
def describe(s, src, fr):
    """Give a fresh request its class and its key, as its source mixes them."""
    if src.n_class > 0:
        u = uniform(fr.key, counter(FOR_CLASS, ZERO, ZERO))
        c = src.first_class
        last = src.first_class + src.n_class - 1
        while c < last and u >= s.classes[c].until:
            c += 1
        fr.kind = s.classes[c].kind
    if src.hot_share > 0.0 and uniform(fr.key, counter(FOR_HOT_KEY, ZERO, ZERO)) < src.hot_share:
        fr.subject = HOTTEST
    elif src.n_keys > 0:
        fr.subject = zipf_rank(fr.key, src.n_keys, src.zipf)


@tiny
def is_write(s, fr):
    """Whether the request changes what it is about: its class is called `write`, or it has none. For stores."""
    return fr.kind == 0 or fr.kind == s.write_kind


@tiny
def passes_caches(s, fr):
    """Whether a cache need not be asked: the request says that it is a write. One without a class is looked up, and a write where it is
    not found."""
    return fr.kind == s.write_kind


@tiny
def partition_of_key(subject, salt, partitions):
    """The partition that holds a key: its hash, spread evenly."""
    return np.int64(uniform(salt, subject) * partitions)


@tiny
def partition_of(fr, salt, partitions):
    """The partition of a request: by the hash of its key; without a key any, by its own draw."""
    if partitions == 1:
        return ZERO
    if fr.subject >= 0:
        return partition_of_key(fr.subject, salt, partitions)
    return np.int64(uniform(fr.key, counter(FOR_PARTITION, ZERO, ZERO)) * partitions)
