// Trains the block model of feeds/clean/extract from labelled pages and says how well it does on hosts that
// it has not seen.
//
//   train_blocks --data DIR [--out FILE.inc] [--cv-out DIR] [--predict FILE.jsonl] [--fold-by page]
//                [--guessed PART]
//
// DIR holds manifest.jsonl (path, url, content_type), truth.jsonl (path, url, set, text | with + without) and
// the pages. Every figure printed comes from five-fold cross-validation by host: a page is judged by forests
// that saw no page of its host; with --fold-by page, that did not see the page. --out writes the data table,
// trained on all pages; --predict the articles that the whole command makes by the forests of the folds. It
// is trained twice: what the labels of a page leave open is guessed by the forests that did not see it, and
// counts PART of a label the second time.
#include "bench/clean/boost_trees.h"
#include "bench/clean/page_labels.h"
#include "feeds/clean/extract/block_model.h"
#include "feeds/clean/extract/clean.h"
#include "feeds/clean/extract/select.h"
#include "feeds/clean/extract/writer.h"
#include "feeds/clean/html/html_document.h"
#include "feeds/text/charset.h"
#include "feeds/text/url.h"

#include <boost/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <unordered_map>

namespace newsfold::bench {
namespace {

namespace json = boost::json;

constexpr int folds = 5;
constexpr double guessed_share = 0.3;  // of the weight that a block with a label has

std::string string_at(json::object const& object, char const* key) {
  auto const* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> strings_at(json::object const& object, char const* key) {
  std::vector<std::string> out;
  if (auto const* value = object.if_contains(key); value && value->is_array())
    for (auto const& one : value->get_array())
      if (one.is_string()) out.emplace_back(one.get_string());
  return out;
}

std::string file_bytes(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string host_of(std::string const& url, std::string const& path) {
  auto host = text::host_of(url);
  std::string out(host);
  if (out.starts_with("www.")) out.erase(0, 4);
  // Sets without addresses name the publisher in the file: "uk-Daily_2026_01_02.html".
  if (out.empty() || out == "web.archive.org") out = path.substr(0, path.find_first_of("_", path.rfind('/')));
  return out;
}

std::vector<LabelledPage> load(std::string const& dir, bool fold_by_page) {
  std::unordered_map<std::string, json::object> manifest;
  std::string line;
  for (std::ifstream in(dir + "/manifest.jsonl"); std::getline(in, line);) {
    auto object = json::parse(line).get_object();
    auto path = string_at(object, "path");
    manifest.emplace(path, std::move(object));
  }
  std::vector<LabelledPage> out;
  for (std::ifstream in(dir + "/truth.jsonl"); std::getline(in, line);) {
    auto const object = json::parse(line).get_object();
    LabelledPage page;
    page.path = string_at(object, "path");
    page.set = string_at(object, "set");
    PageTruth const truth{string_at(object, "text"), string_at(object, "text_min"),
                          strings_at(object, "with"), strings_at(object, "without"),
                          strings_at(object, "noise")};
    if (truth.text.empty() && truth.with.empty() && truth.without.empty()) continue;
    auto const& listed = manifest[page.path];
    page.url = string_at(listed, "url");
    page.content_type = string_at(listed, "content_type");
    page.group = fold_by_page ? page.path : host_of(page.url, page.path);
    auto const bytes = file_bytes(dir + "/" + page.path);
    auto const decoded = text::decode(bytes, page.content_type);
    auto const document = clean::HtmlDocument::parse(decoded.text());
    if (!document) continue;
    page.list = clean::list_blocks(*document);
    page.witnesses = clean::read_witnesses(*document);
    label_blocks(page, truth);
    for (auto const& block : page.list.blocks) page.lines.push_back(clean::line_of(*document, block, 100));
    out.push_back(std::move(page));
  }
  return out;
}

int fold_of(LabelledPage const& page) { return int(std::hash<std::string>{}(page.group) % folds); }

template <class Rows>
Table table_of(std::vector<LabelledPage> const& pages, Rows rows_of) {
  Table out;
  for (std::size_t p = 0; p < pages.size(); ++p) {
    clean::FeatureRows const rows = rows_of(p);
    out.columns = rows.columns();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto const& label = pages[p].labels[i];
      if (label.weight <= 0) continue;
      out.values.insert(out.values.end(), rows.row(i), rows.row(i) + rows.columns());
      out.target.push_back(label.target);
      out.weight.push_back(label.weight);
      out.group.push_back(std::uint32_t(p));
    }
  }
  return out;
}

// A forest a fold that did not see it, and one that saw everything.
std::vector<clean::Forest> train_folds(Table const& table, std::vector<LabelledPage> const& pages,
                                       TrainOptions const& options, bool with_all) {
  Binned const data(table);
  std::vector<clean::Forest> out;
  for (int fold = 0; fold < folds + (with_all ? 1 : 0); ++fold) {
    std::vector<char> use(table.rows());
    for (std::size_t r = 0; r < use.size(); ++r)
      use[r] = fold == folds || fold_of(pages[table.group[r]]) != fold;
    out.push_back(train(data, use, options));
  }
  return out;
}

void report(std::vector<LabelledPage> const& pages, std::vector<std::vector<float>> const& verdicts,
            std::set<std::string> const& core, char const* what) {
  constexpr float as_shipped = 0;
  for (float from : {as_shipped, 0.25f, 0.35f, 0.45f, 0.55f, 0.65f}) {
    double all = 0, in_core = 0;
    int n = 0, n_core = 0;
    std::map<std::string, std::pair<double, int>> sets;
    for (std::size_t p = 0; p < pages.size(); ++p) {
      if (!pages[p].has_text) continue;
      clean::Verdicts const judged{{}, verdicts[p]};
      auto const choice = from == as_shipped ? clean::choose_blocks(pages[p].list, judged)
                                             : clean::choose_blocks(pages[p].list, judged, from);
      auto const f1 = word_f1(pages[p], choice.chosen);
      all += f1, ++n;
      if (core.count(pages[p].path)) in_core += f1, ++n_core;
      sets[pages[p].set].first += f1;
      ++sets[pages[p].set].second;
    }
    std::printf("%s from %.2f: all %.4f core %.4f |", what, from, all / n, n_core ? in_core / n_core : 0);
    for (auto const& [set, sum] : sets) std::printf(" %s %.4f", set.c_str(), sum.first / sum.second);
    std::printf("\n");
  }
  std::fflush(stdout);
}

// The best that a choice of blocks could do: what the division into blocks costs.
void report_oracle(std::vector<LabelledPage> const& pages) {
  double all = 0;
  int n = 0;
  std::vector<std::pair<float, std::string>> worst;
  for (auto const& page : pages) {
    if (!page.has_text) continue;
    std::vector<float> truth;
    for (auto const& label : page.labels) truth.push_back(label.target);
    auto const f1 = word_f1(page, clean::choose_blocks(page.list, {{}, truth}, 0.5f).chosen);
    worst.emplace_back(f1, page.path);
    all += f1, ++n;
  }
  std::sort(worst.begin(), worst.end());
  std::printf("oracle: %.4f over %d pages\n", all / n, n);
  for (std::size_t i = 0; i < std::min<std::size_t>(worst.size(), 25); ++i)
    std::printf("  oracle worst %.3f %s\n", worst[i].first, worst[i].second.c_str());
}

void write_forest(std::ostream& out, clean::Forest const& forest, char const* name) {
  char number[32];
  out << "constexpr int " << name << "_depth = " << forest.depth << ";\n";
  std::snprintf(number, sizeof number, "%.5f", double(forest.bias));
  out << "constexpr double " << name << "_bias = " << number << ";\n";
  out << "constexpr std::uint8_t " << name << "_nodes[] = {";
  for (std::size_t i = 0; i < forest.features.size(); ++i)
    out << (i % 30 ? "," : "\n") << int(forest.features[i]) << (i % 30 == 29 ? "," : "");
  out << "};\nconstexpr double " << name << "_thresholds[] = {";
  for (std::size_t i = 0; i < forest.thresholds.size(); ++i) {
    std::snprintf(number, sizeof number, "%.6g", double(forest.thresholds[i]));
    out << (i % 16 ? "," : "\n") << number << (i % 16 == 15 ? "," : "");
  }
  out << "};\nconstexpr double " << name << "_leaves[] = {";
  for (std::size_t i = 0; i < forest.leaves.size(); ++i) {
    std::snprintf(number, sizeof number, "%.4g", double(forest.leaves[i]));
    out << (i % 16 ? "," : "\n") << number << (i % 16 == 15 ? "," : "");
  }
  out << "};\n";
}

void write_model(std::string const& path, clean::Forest const& text, clean::Forest const& context) {
  std::ofstream out(path);
  out << "// Data table, made by bench/clean/train_blocks; do not edit.\n";
  write_forest(out, text, "text");
  write_forest(out, context, "context");
}

void report_importance(Table const& table, clean::Forest const& forest,
                       std::vector<std::string> const& names) {
  std::vector<double> uses(table.columns);
  auto const inner = (std::size_t{1} << forest.depth) - 1;
  for (std::size_t i = 0; i < forest.features.size(); ++i)
    if (forest.thresholds[i] < 1e29f) uses[forest.features[i]] += 1.0 / double(i % inner + 1);
  std::vector<std::size_t> order(uses.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return uses[a] > uses[b]; });
  std::printf("uses:");
  for (auto c : order) std::printf(" %s:%.1f", names[c].c_str(), uses[c]);
  std::printf("\n");
}

struct Fit {
  std::vector<clean::Forest> first, second;  // one a fold, and one of all pages
  std::vector<std::vector<float>> verdicts;  // on each page, by forests that did not see it
};

Fit fit_forests(std::vector<LabelledPage> const& pages, TrainOptions const& first_options,
                TrainOptions const& second_options, bool with_all, std::set<std::string> const& core) {
  Fit out;
  std::vector<clean::FeatureRows> features;
  for (auto const& page : pages) features.push_back(clean::text_features(page.list, page.witnesses));
  auto const first_table = table_of(pages, [&](std::size_t p) { return features[p]; });
  std::printf("%zu blocks, %zu columns\n", first_table.rows(), first_table.columns);
  std::fflush(stdout);
  out.first = train_folds(first_table, pages, first_options, with_all);
  std::vector<std::vector<float>> verdicts(pages.size());
  for (std::size_t p = 0; p < pages.size(); ++p)
    for (std::size_t i = 0; i < features[p].size(); ++i)
      verdicts[p].push_back(out.first[std::size_t(fold_of(pages[p]))].probability(features[p].row(i)));
  report(pages, verdicts, core, "first ");
  report_importance(first_table, out.first[0], clean::text_feature_names());

  auto const second_rows = [&](std::size_t p) {
    auto rows =
        clean::text_features(pages[p].list, pages[p].witnesses, clean::context_feature_names().size());
    clean::add_context_features(pages[p].list, verdicts[p], rows);
    return rows;
  };
  auto const second_table = table_of(pages, second_rows);
  out.second = train_folds(second_table, pages, second_options, with_all);
  out.verdicts = verdicts;
  for (std::size_t p = 0; p < pages.size(); ++p) {
    auto const rows = second_rows(p);
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.verdicts[p][i] = out.second[std::size_t(fold_of(pages[p]))].probability(rows.row(i));
  }
  report(pages, out.verdicts, core, "second");
  report_importance(second_table, out.second[0], clean::context_feature_names());
  return out;
}

// Pages that name a few segments only: what is not named is taken for what forests that did not see the page
// say of it, with a part of the weight.
void guess_labels(std::vector<LabelledPage>& pages, std::vector<std::vector<float>> const& verdicts,
                  float part) {
  for (std::size_t p = 0; p < pages.size(); ++p) {
    auto& page = pages[p];
    if (page.has_text) continue;
    float words = 0;
    auto const count_of = [&](std::size_t i) {
      return float(page.list.blocks[i].words_end - page.list.blocks[i].words_begin);
    };
    for (std::size_t i = 0; i < verdicts[p].size(); ++i) words += count_of(i) * verdicts[p][i];
    for (std::size_t i = 0; i < verdicts[p].size(); ++i) {
      if (page.labels[i].weight > 0 || count_of(i) == 0) continue;
      page.labels[i] = {verdicts[p][i], part * std::min(0.5f, (count_of(i) + 5) / (words + 60))};
    }
  }
}

// The whole command over each page, judged by forests that did not see it.
void write_articles(std::string const& path, std::string const& dir, std::vector<LabelledPage> const& pages,
                    std::vector<clean::Forest> const& first, std::vector<clean::Forest> const& second) {
  std::ofstream out(path);
  for (auto const& page : pages) {
    auto const fold = std::size_t(fold_of(page));
    clean::BlockModel const model{first[fold], second[fold]};
    clean::CleanOptions options;
    options.model = &model;
    auto const bytes = file_bytes(dir + "/" + page.path);
    auto const article = clean::clean_page(bytes, {page.url, page.content_type}, options);
    json::object fields;
    if (article) fields["content_text"] = article->content_text;
    out << json::serialize(json::object{{"path", page.path}, {"article", std::move(fields)}}) << '\n';
  }
}

double option(int argc, char** argv, std::string_view name, double otherwise) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name) return std::atof(argv[i + 1]);
  return otherwise;
}
std::string text_option(int argc, char** argv, std::string_view name) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name) return argv[i + 1];
  return {};
}

int run(int argc, char** argv) {
  auto const dir = text_option(argc, argv, "--data");
  if (dir.empty()) {
    std::fprintf(stderr, "usage: train_blocks --data DIR [--out FILE.inc] [--cv-out DIR]\n");
    return 2;
  }
  TrainOptions first_options;
  first_options.trees = int(option(argc, argv, "--trees1", 100));
  first_options.depth = int(option(argc, argv, "--depth1", 5));
  first_options.rate = float(option(argc, argv, "--rate", 0.1));
  first_options.leaf_weight_min = float(option(argc, argv, "--leaf", 0.5));
  first_options.column_share = float(option(argc, argv, "--columns", 0.35));
  first_options.row_share = float(option(argc, argv, "--rows", 0.6));
  auto second_options = first_options;
  second_options.trees = int(option(argc, argv, "--trees2", 80));
  second_options.depth = int(option(argc, argv, "--depth2", 5));
  second_options.seed = 2;

  std::set<std::string> core;
  std::string line;
  for (std::ifstream in(dir + "/core.txt"); std::getline(in, line);) core.insert(line);
  auto pages = load(dir, text_option(argc, argv, "--fold-by") == "page");
  std::printf("%zu pages\n", pages.size());
  report_oracle(pages);

  auto const out_path = text_option(argc, argv, "--out");
  bool const final_too = !out_path.empty();
  auto const part = float(option(argc, argv, "--guessed", guessed_share));
  if (part > 0)
    guess_labels(pages, fit_forests(pages, first_options, second_options, false, core).verdicts, part);
  auto const fit = fit_forests(pages, first_options, second_options, final_too, core);
  if (auto const predict = text_option(argc, argv, "--predict"); !predict.empty())
    write_articles(predict, dir, pages, fit.first, fit.second);
  if (final_too) write_model(out_path, fit.first[folds], fit.second[folds]);
  if (auto const cv = text_option(argc, argv, "--cv-out"); !cv.empty()) {
    for (int fold = 0; fold < folds; ++fold)
      write_model(cv + "/fold" + std::to_string(fold) + ".inc", fit.first[std::size_t(fold)],
                  fit.second[std::size_t(fold)]);
    std::ofstream out(cv + "/folds.tsv");
    for (auto const& page : pages) out << fold_of(page) << '\t' << page.path << '\n';
    std::ofstream errors(cv + "/errors.tsv");
    for (std::size_t p = 0; p < pages.size(); ++p) {
      auto const choice = clean::choose_blocks(pages[p].list, {{}, fit.verdicts[p]});
      for (std::size_t i = 0; i < choice.chosen.size(); ++i) {
        auto const& label = pages[p].labels[i];
        if (label.weight <= 0 || (label.target > 0.5f) == bool(choice.chosen[i])) continue;
        auto const& block = pages[p].list.blocks[i];
        errors << pages[p].path << '\t' << (label.target > 0.5f ? "missed" : "wrong") << '\t' << label.weight
               << '\t' << block.counts.words << '\t' << fit.verdicts[p][i] << '\t' << int(block.element)
               << '\t' << i << '/' << choice.chosen.size() << '\t' << pages[p].lines[i] << '\n';
      }
    }
    std::ofstream worst(cv + "/worst.tsv");
    for (std::size_t p = 0; p < pages.size(); ++p)
      if (pages[p].has_text)
        worst << word_f1(pages[p], clean::choose_blocks(pages[p].list, {{}, fit.verdicts[p]}).chosen) << '\t'
              << pages[p].set << '\t' << pages[p].path << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace newsfold::bench

int main(int argc, char** argv) { return newsfold::bench::run(argc, argv); }
