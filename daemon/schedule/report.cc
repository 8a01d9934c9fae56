#include "daemon/schedule/poll_sink.h"

namespace newsfold::schedule {

DocumentReport report_of(Feed const& feed) {
  DocumentReport report;
  report.items = static_cast<std::uint32_t>(feed.items.size());
  report.ttl_minutes = feed.ttl_minutes;
  report.skip_hours = feed.skip_hours;
  report.skip_days = feed.skip_days;
  report.update_period = feed.update_period;
  report.update_frequency = feed.update_frequency;
  report.hubs = feed.hubs;
  report.self_url = feed.feed_url;
  report.next_url = feed.next_url;
  return report;
}

}  // namespace newsfold::schedule
