newsfold_fuzz(repair LIBS newsfold_repair newsfold_text)
