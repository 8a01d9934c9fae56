#include "daemon/api/comparison_json.h"

namespace newsfold {

boost::json::object to_json(dedup::Comparison const& c) {
  return {{"probability", c.probability},
          {"similarity", c.similarity},
          {"words", {c.words_here, c.words_there}},
          {"covered", {c.covered_here, c.covered_there}},
          {"boilerplate", {c.boilerplate_here, c.boilerplate_there}},
          {"longest_run", c.longest_run},
          {"long_runs", {c.long_runs_here, c.long_runs_there}},
          {"lead", {c.lead_here, c.lead_there}},
          {"names", c.names},
          {"names_shared", c.names_shared},
          {"numbers", c.numbers},
          {"numbers_shared", c.numbers_shared},
          {"dates", c.dates},
          {"dates_shared", c.dates_shared},
          {"names_exchanged", c.names_exchanged},
          {"numbers_exchanged", c.numbers_exchanged},
          {"words_exchanged", c.words_exchanged},
          {"same_text", c.same_text},
          {"title_words", c.title_words},
          {"title_words_shared", c.title_words_shared}};
}

}  // namespace newsfold
