#include "daemon/metrics/registry.h"

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cassert>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

namespace newsfold::metrics {
namespace {

constexpr std::string_view total = "_total";

struct Family {
  Info const* info = nullptr;
  std::vector<std::string> labels;  // values; one empty where there is no label
  std::vector<double> values;
  std::unique_ptr<prometheus::Histogram> histogram;
};

prometheus::MetricType type_of(Kind kind) {
  switch (kind) {
    case Kind::counter: return prometheus::MetricType::Counter;
    case Kind::gauge: return prometheus::MetricType::Gauge;
    case Kind::histogram: return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::MetricFamily collect(Family const& family) {
  auto const& info = *family.info;
  prometheus::MetricFamily out;
  out.name = info.name;
  out.help = info.help;
  out.type = type_of(info.kind);
  if (family.histogram) {
    out.metric.push_back(family.histogram->Collect());
    return out;
  }
  for (std::size_t i = 0; i < family.values.size(); ++i) {
    prometheus::ClientMetric one;
    if (!info.label.empty()) one.label.push_back({std::string(info.label), family.labels[i]});
    one.counter.value = one.gauge.value = family.values[i];
    out.metric.push_back(std::move(one));
  }
  return out;
}

// The shortest digits that give the same number back.
std::string digits(double number) {
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  if (std::isnan(number)) return "NaN";
  char buffer[32];
  auto const end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  return {buffer, end};
}

// prometheus-cpp 1.0 writes the older text format only. OpenMetrics parts a counter's family (newsfold_polls)
// from its sample (newsfold_polls_total), writes bounds of buckets as floats and ends with "# EOF".
void append_openmetrics(std::string& out, Family const& family) {
  auto const collected = collect(family);
  auto base = std::string_view(collected.name);
  if (family.info->kind == Kind::counter) base.remove_suffix(total.size());
  auto const name = std::string(base);
  constexpr std::string_view kinds[] = {"counter", "gauge", "histogram"};
  out += "# TYPE " + name + " " + std::string(kinds[std::size_t(family.info->kind)]) + "\n";
  out += "# HELP " + name + " " + collected.help + "\n";
  for (auto const& metric : collected.metric) {
    if (family.info->kind == Kind::histogram) {
      for (auto const& bucket : metric.histogram.bucket) {
        auto bound = digits(bucket.upper_bound);
        if (bound.find_first_of(".eIN") == std::string::npos) bound += ".0";
        out += name + "_bucket{le=\"" + bound + "\"} " + std::to_string(bucket.cumulative_count) + "\n";
      }
      out += name + "_count " + std::to_string(metric.histogram.sample_count) + "\n";
      out += name + "_sum " + digits(metric.histogram.sample_sum) + "\n";
      continue;
    }
    out += collected.name;
    for (auto const& label : metric.label) out += "{" + label.name + "=\"" + label.value + "\"}";
    out += " " + digits(metric.gauge.value) + "\n";
  }
}

}  // namespace

struct Registry::State {
  std::vector<Family> families;

  double* find(Metric metric, std::string_view value) {
    auto& family = families[std::size_t(metric)];
    for (std::size_t i = 0; i < family.labels.size(); ++i)
      if (family.labels[i] == value) return &family.values[i];
    assert(!"a label value that the catalogue does not list");
    return nullptr;
  }
};

Registry::Registry(std::string_view version) : state_(std::make_unique<State>()) {
  for (auto const& info : catalogue()) {
    Family family;
    family.info = &info;
    if (info.kind == Kind::histogram)
      family.histogram = std::make_unique<prometheus::Histogram>(
          prometheus::Histogram::BucketBoundaries(info.buckets.begin(), info.buckets.end()));
    else if (info.label.empty())
      family.labels.emplace_back();
    else
      for (auto const value : info.values) family.labels.emplace_back(value);
    if (info.metric == Metric::build_info) family.labels.emplace_back(version);
    family.values.assign(family.labels.size(), 0);
    state_->families.push_back(std::move(family));
  }
  set(Metric::build_info, 1, version);
}

Registry::~Registry() = default;

void Registry::add(Metric metric, double by, std::string_view value) {
  if (auto* found = state_->find(metric, value)) *found += by;
}

void Registry::set(Metric metric, double to, std::string_view value) {
  if (auto* found = state_->find(metric, value)) *found = to;
}

void Registry::observe(Metric metric, double measured) {
  auto& histogram = state_->families[std::size_t(metric)].histogram;
  assert(histogram);
  if (histogram) histogram->Observe(measured);
}

double Registry::get(Metric metric, std::string_view value) const {
  auto const& family = state_->families[std::size_t(metric)];
  if (family.histogram) return double(family.histogram->Collect().histogram.sample_count);
  auto const* found = state_->find(metric, value);
  return found ? *found : 0;
}

std::string Registry::prometheus_text() const {
  std::vector<prometheus::MetricFamily> all;
  for (auto const& family : state_->families) all.push_back(collect(family));
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, all);
  return out.str();
}

std::string Registry::openmetrics_text() const {
  std::string out;
  for (auto const& family : state_->families) append_openmetrics(out, family);
  out += "# EOF\n";
  return out;
}

}  // namespace newsfold::metrics
