newsfold_fuzz(json_ld LIBS newsfold_metadata Boost::json)
newsfold_fuzz(metadata LIBS newsfold_metadata newsfold_html newsfold_text)
newsfold_fuzz(page_series LIBS newsfold_extract newsfold_text)
