#pragma once
// The values of the catalogue's metrics, and their text. Counting an event costs a few nanoseconds. All calls
// from one thread (the I/O thread); what others know is handed over to it.

#include "daemon/metrics/catalogue.h"

#include <memory>
#include <string>
#include <string_view>

namespace newsfold::metrics {

class Registry {
 public:
  explicit Registry(std::string_view version);
  ~Registry();

  // `value` is one of the label's in the catalogue; empty: the metric has none.
  void add(Metric metric, double by = 1, std::string_view value = {});
  // Gauges; and counters that somebody else keeps.
  void set(Metric metric, double to, std::string_view value = {});
  void observe(Metric metric, double measured);  // histograms

  double get(Metric metric, std::string_view value = {}) const;  // of a histogram: the number of observations

  std::string prometheus_text() const;   // text/plain; version=0.0.4
  std::string openmetrics_text() const;  // application/openmetrics-text; version=1.0.0

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newsfold::metrics
