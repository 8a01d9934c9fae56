#!/usr/bin/python3
"""readability_lxml.py LIST: extracts each page of LIST; prints CPU seconds, pages with a text, peak megabytes."""
import logging
import resource
import sys
import time

from readability import Document

logging.disable(logging.CRITICAL)
pages = [open(path.rstrip("\n"), "rb").read().decode("utf-8", "replace") for path in open(sys.argv[1])]
texts = 0
begin = time.process_time()
for page in pages:
    try:
        texts += bool(Document(page).summary())
    except Exception:  # it gives up on some pages
        pass
print(time.process_time() - begin, texts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
