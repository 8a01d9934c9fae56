"""Polls once with feedparser, as its documentation shows: etag and modified of the last answer handed back."""

import http.client
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
    try:
        answer = feedparser.parse(url, etag=last.get("etag"), modified=last.get("modified"))
    except (OSError, http.client.HTTPException):
        continue  # a connection that breaks is raised; it must not cost the other feeds what is known of them
    if answer.get("status") == 304:  # says "as before", not what that was
        known[url] = {key: answer.get(key) or last.get(key) for key in ("etag", "modified")}
    elif answer.get("status", 500) < 400:  # of a redirect, the first status
        known[url] = {key: answer.get(key) for key in ("etag", "modified")}
with open(path, "w", encoding="utf-8") as file:
    json.dump(known, file)
