#pragma once
// How often a look at the pages of a host finds an edit: where nothing is edited, pages need not be looked at
// as often as where they are rewritten by the hour. By registrable domain; forgotten at a restart.
//
// Not thread-safe.

#include "daemon/schedule/recent_map.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace newsfold::pipeline {

class EditRates {
 public:
  void note(std::string_view host, bool edited) {
    auto const* const known = hosts_.find(host);
    Looks looks = known ? *known : Looks{};
    if (looks.all >= remembered_max) looks = {looks.all / 2, looks.edits / 2};
    ++looks.all;
    looks.edits += edited ? 1 : 0;
    hosts_.put(host, looks);
    if (hosts_.size() > hosts_max) hosts_.take_oldest();
  }

  // By how much the time between two looks is to be stretched: 1 for a host that is not known well yet, or
  // where every hundredth look finds an edit; 4 where four hundred looks found none.
  double stretch(std::string_view host) const {
    auto const* const looks = hosts_.find(host);
    return looks ? std::clamp(looks->all / (looks_per_edit * (1 + looks->edits)), 1.0, stretch_max) : 1;
  }

 private:
  static constexpr double looks_per_edit = 100;
  static constexpr double stretch_max = 4;
  static constexpr double remembered_max = 2000;  // looks; beyond, the older count half
  static constexpr std::size_t hosts_max = 65'536;
  struct Looks {
    double all = 0;
    double edits = 0;
  };
  schedule::RecentMap<Looks> hosts_;
};

}  // namespace newsfold::pipeline
