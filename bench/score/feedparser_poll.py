"""Polls once with feedparser, as its documentation shows: etag and modified of the last answer handed back."""

import json
import os

import feedparser

path = os.path.join(os.environ["SCORE_DIR"], "feedparser.json")
try:
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
except FileNotFoundError:
    known = {}

with open(os.environ["SCORE_URLS"], encoding="utf-8") as file:
    urls = file.read().split()
for url in urls:
    last = known.get(url, {})
    answer = feedparser.parse(url, etag=last.get("etag"), modified=last.get("modified"))
    if answer.get("status") == 301 and answer.get("href"):
        pass  # the documentation says to update the address; few programs do
    known[url] = {"etag": answer.get("etag") or last.get("etag"),
                  "modified": answer.get("modified") or last.get("modified")}
with open(path, "w", encoding="utf-8") as file:
    json.dump(known, file)
