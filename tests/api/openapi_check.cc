#include "tests/api/openapi_check.h"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

namespace newsfold::api {
namespace {

namespace json = boost::json;

json::value document(std::string const& name) {
  std::ifstream file(std::string(PROJECT_DIR) + "/docs/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

template <int change(int)>
std::string each(std::string text) {
  for (char& c : text) c = char(change(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

OpenApiCheck::OpenApiCheck()
    : openapi_(document("openapi.json")),
      schemas_({{"openapi.json", openapi_}, {"event.schema.json", document("event.schema.json")}}) {}

std::set<std::string> OpenApiCheck::operations() const {
  std::set<std::string> out;
  for (auto const& [path, item] : openapi_.at("paths").as_object())
    for (auto const& [method, ignored] : item.as_object())
      if (method != "parameters") out.insert(each<std::toupper>(method) + " " + std::string(path));
  return out;
}

std::set<std::string> OpenApiCheck::operations_of(json::value const& index) {
  std::set<std::string> out;
  for (auto const& route : index.at("routes").as_array())
    out.insert(std::string(route.at("method").as_string()) + " " + std::string(route.at("path").as_string()));
  return out;
}

std::string OpenApiCheck::event(std::string const& text) const {
  return schemas_.check(json::parse(text), "event.schema.json", "");
}

std::string OpenApiCheck::ask(WireClient client, Question const& question) const {
  client.send(std::string(question.method) + " " + question.target +
              " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
              std::to_string(std::string_view(question.body).size()) + "\r\n\r\n" + question.body);
  auto const head = client.read_head();
  auto const text = client.read_body(head);
  auto const said = std::string(question.method) + " " + question.target + " answers " +
                    std::to_string(head.status) + ": " + text;
  if (head.status != question.status) return said;
  auto const& item = openapi_.at("paths").at(question.path);
  auto const& responses = item.at(each<std::tolower>(question.method)).at("responses").as_object();
  auto const* response = responses.if_contains(std::to_string(head.status));
  if (response == nullptr) return "not in the document: " + said;
  if (auto const* reference = response->as_object().if_contains("$ref"))
    response = &openapi_.at_pointer(json::string_view(reference->as_string()).substr(1));
  auto const type = head.fields.at("content-type");
  auto const* media =
      response->at("content").as_object().if_contains(json::string_view(type).substr(0, type.find(';')));
  if (media == nullptr) return type + " is not in the document: " + said;
  auto const wrong = body(type, text, *media);
  return wrong.empty() ? "" : wrong + "\n" + said;
}

std::string OpenApiCheck::body(std::string const& type, std::string const& text,
                               json::value const& media) const {
  if (type.find("json") == std::string::npos) return {};
  if (type.find("ndjson") == std::string::npos)
    return schemas_.check_at(json::parse(text), "openapi.json", media.at("schema"));
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (auto wrong = schemas_.check_at(json::parse(line), "openapi.json", media.at("schema")); !wrong.empty())
      return wrong;
  return {};
}

}  // namespace newsfold::api
