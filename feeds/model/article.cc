#include "feeds/model/article.h"

namespace newsfold {

std::string_view to_string(Paywall paywall) noexcept {
  switch (paywall) {
    case Paywall::none: return "none";
    case Paywall::metered: return "metered";
    case Paywall::registration: return "registration";
    case Paywall::subscription: return "subscription";
  }
  return "none";
}

std::string_view to_string(Completeness completeness) noexcept {
  switch (completeness) {
    case Completeness::full: return "full";
    case Completeness::partial: return "partial";
    case Completeness::teaser: return "teaser";
  }
  return "full";
}

std::string_view to_string(FragmentKind kind) noexcept {
  switch (kind) {
    case FragmentKind::ad: return "ad";
    case FragmentKind::paywall: return "paywall";
    case FragmentKind::related: return "related";
    case FragmentKind::newsletter: return "newsletter";
    case FragmentKind::social: return "social";
    case FragmentKind::nav: return "nav";
    case FragmentKind::cookie: return "cookie";
    case FragmentKind::app: return "app";
    case FragmentKind::sponsor: return "sponsor";
    case FragmentKind::copyright: return "copyright";
    case FragmentKind::credit: return "credit";
    case FragmentKind::caption: return "caption";
    case FragmentKind::contact: return "contact";
    case FragmentKind::byline: return "byline";
    case FragmentKind::comments: return "comments";
    case FragmentKind::template_block: return "template";
    case FragmentKind::hidden: return "hidden";
    case FragmentKind::other: return "other";
  }
  return "other";
}

std::string_view to_string(RepairKind kind) noexcept {
  switch (kind) {
    case RepairKind::mojibake: return "mojibake";
    case RepairKind::substitution: return "substitution";
    case RepairKind::lost_nbsp: return "lost_nbsp";
    case RepairKind::entity: return "entity";
    case RepairKind::control: return "control";
    case RepairKind::space: return "space";
  }
  return "space";
}

std::string_view to_string(FeedFormat format) noexcept {
  switch (format) {
    case FeedFormat::rss_090: return "rss0.90";
    case FeedFormat::rss_091: return "rss0.91";
    case FeedFormat::rss_092: return "rss0.92";
    case FeedFormat::rss_093: return "rss0.93";
    case FeedFormat::rss_094: return "rss0.94";
    case FeedFormat::rss_10: return "rss1.0";
    case FeedFormat::rss_20: return "rss2.0";
    case FeedFormat::atom_03: return "atom0.3";
    case FeedFormat::atom_10: return "atom1.0";
    case FeedFormat::json_10: return "json1.0";
    case FeedFormat::json_11: return "json1.1";
    case FeedFormat::sitemap: return "sitemap";
    case FeedFormat::html: return "html";
    case FeedFormat::cdf: return "cdf";
    case FeedFormat::rss_json: return "rssjson";
    case FeedFormat::opml: return "opml";
  }
  return "rss2.0";
}

}  // namespace newsfold
