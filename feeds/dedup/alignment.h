#pragma once
// Which passages two sketches share, in figures: the raw material of a Comparison. Internal to feeds/dedup.

#include "feeds/dedup/fold.h"

namespace newsfold::dedup {

// Everything but `probability`. Symmetric: with the arguments swapped, "here" and "there" are swapped and
// nothing else changes. Linear in the number of words.
Comparison align(Sketch const& here, Sketch const& there, CensusView const& census);

}  // namespace newsfold::dedup
