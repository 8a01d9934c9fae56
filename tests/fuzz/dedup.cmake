newsfold_fuzz(dedup LIBS newsfold_dedup)
