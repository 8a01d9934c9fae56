#!/usr/bin/env python3
"""Fits the weights of feeds/dedup/fold.cc from the output of dedup_pairs, cross-validated by story.

  calibrate.py pairs.jsonl

Of an article's copies the likeliest counts, because one match decides. Each pair of different stories stands there
twice, the second time as if no boilerplate were known.
"""
import collections
import json
import math
import sys
import zlib

WORDS_MIN = 8
# Of a pair of different stories as it was in the stream, and as if no boilerplate were known.
STREAM_WEIGHT = 0.5
BARE_WEIGHT = 0.1
UNNAMED_EXCHANGES_MAX = 3
WORDS_PER_NAME = 10
NAMES = ['constant', 'cover_max', 'cover_max_facts', 'names', 'dates', 'names_exchanged', 'words_exchanged',
         'long_runs', 'covered_words', 'cover_min_facts_off', 'same_title', 'lead']


def share(part, whole):
    return part / whole if whole else 0.0


def figures(c):
    """The same figures as probability() in fold.cc, in the order of NAMES."""
    here, there = (share(c['covered'][i], c['words'][i] - c['boilerplate'][i]) for i in (0, 1))
    covered = max(c['covered'])
    nameless = c['names'] == 0
    exchanged = c['names_exchanged'] + c['words_exchanged']
    unnamed = covered // WORDS_PER_NAME if nameless else 0
    named = c['names'] + c['dates'] + unnamed + (min(exchanged, UNNAMED_EXCHANGES_MAX) if nameless else 0)
    named_shared = c['names_shared'] + c['dates_shared'] + unnamed
    facts = (named_shared + c['numbers_shared'] + 1) / (named + c['numbers'] + 1)
    names = (named_shared + 1) / (named + 1)
    title = share(c['title_words_shared'], c['title_words']) if c['title_words'] > 1 else 0.0
    return [1.0, max(here, there), max(here, there) * facts, math.log1p(named_shared) * max(0.0, 2 * names - 1),
            (c['dates_shared'] + 1) / (c['dates'] + 1), min(1.0, 8 * c['names_exchanged'] / covered),
            min(1.0, 8 * c['words_exchanged'] / covered), max(c['long_runs']), math.log1p(covered),
            min(here, there) * (1 - facts), title * title, max(c['lead'])]


def solve(matrix, right):
    n = len(right)
    rows = [row[:] + [right[i]] for i, row in enumerate(matrix)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            for k in range(i, n + 1):
                rows[r][k] -= factor * rows[i][k]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][k] * x[k] for k in range(i + 1, n))) / rows[i][i]
    return x


def probability(weights, row):
    z = sum(a * b for a, b in zip(weights, row))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def fit(pairs, ridge=1.0, rounds=15):
    """Newton's method on the penalised likelihood."""
    n = len(NAMES)
    weights = [0.0] * n
    for _ in range(rounds):
        hessian = [[0.0] * n for _ in range(n)]
        gradient = [0.0] * n
        for row, copy, _story, weight in pairs:
            p = probability(weights, row)
            if abs(copy - p) < 1e-6:
                continue
            slope, curve = weight * (copy - p), weight * p * (1 - p)
            for i in range(n):
                gradient[i] += slope * row[i]
                for j in range(n):
                    hessian[i][j] += curve * row[i] * row[j]
        for i in range(n):
            hessian[i][i] += 1e-6
            if i:
                gradient[i] -= ridge * weights[i]
                hessian[i][i] += ridge
        step = solve(hessian, gradient)
        weights = [a + b for a, b in zip(weights, step)]
        if max(map(abs, step)) < 1e-4:
            break
    return weights


def read(path):
    articles = collections.defaultdict(list)
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            pair = json.loads(line)
            articles[pair['article']].append(pair)
    pairs = []
    for found in articles.values():
        copies = [p for p in found if p['copy']]
        others = [p for p in found if not p['copy']]
        weighed = [(p, 0, STREAM_WEIGHT) for p in others[0::2]] + [(p, 0, BARE_WEIGHT) for p in others[1::2]]
        weighed += [(p, 1, 1.0) for p in copies]
        weighed = [w for w in weighed if max(w[0]['covered']) >= WORDS_MIN and not w[0]['same_text']]
        likeliest = max((w[0]['probability'] for w in weighed if w[1]), default=None)
        for pair, copy, weight in weighed:
            if copy and pair['probability'] < likeliest:
                continue
            if copy:
                likeliest = 2  # one is enough
            pairs.append((figures(pair), copy, pair['story'], weight))
    return pairs


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    pairs = read(sys.argv[1])
    for name, weight in zip(NAMES, fit(pairs)):
        print(f'{name:20} {weight:7.2f}')
    folds = collections.defaultdict(list)
    for pair in pairs:
        folds[zlib.crc32(pair[2].rstrip('0123456789-').encode()) % 5 if not pair[2].startswith('s')
              else zlib.crc32(pair[2].encode()) % 5].append(pair)
    judged = []
    for left_out in folds:
        weights = fit([p for k in folds if k != left_out for p in folds[k]])
        judged += [(probability(weights, p[0]), p[1]) for p in folds[left_out]]
    for threshold in (.1, .2, .3, .4, .5, .6, .7, .8, .9):
        false = sum(1 for p, copy in judged if p >= threshold and not copy)
        missed = sum(1 for p, copy in judged if p < threshold and copy)
        print(f'threshold {threshold}: {false} false, {missed} missed of {sum(c for _, c in judged)}')


if __name__ == '__main__':
    main()
