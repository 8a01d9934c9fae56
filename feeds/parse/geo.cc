#include "feeds/parse/geo.h"

#include "feeds/text/ascii.h"

#include <charconv>
#include <cmath>

namespace newsfold::parse {

namespace {

constexpr std::size_t positions_max = 10'000;

std::optional<Geometry> box_between(Geometry const& corners) {
  if (corners.positions.size() != 2) return std::nullopt;
  auto const [west, south] = corners.positions[0];
  auto const [east, north] = corners.positions[1];
  return Geometry{"Polygon", {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}};
}

// "lat lon height lat lon height" without its third numbers.
std::string without_heights(std::string_view numbers) {
  std::string out;
  std::size_t count = 0;
  while (!numbers.empty()) {
    std::size_t n = 0;
    while (n < numbers.size() && !text::is_space(numbers[n])) ++n;
    if (n > 0 && count++ % 3 != 2) out.append(numbers.substr(0, n)).append(" ");
    numbers.remove_prefix(n);
    while (!numbers.empty() && text::is_space(numbers.front())) numbers.remove_prefix(1);
  }
  return out;
}

// The first descendant that holds numbers; GML nests them three deep at most.
std::optional<Geometry> gml_of(pugi::xml_node node, std::string_view type, MapContext& context) {
  constexpr int depth_max = 4;
  auto inside = node;
  auto reference = attribute(node, "srsName");
  auto dimension = attribute(node, "srsDimension");
  for (int depth = 0; depth < depth_max; ++depth) {
    auto child = inside.first_child();
    while (child && child.type() != pugi::node_element) child = child.next_sibling();
    if (!child) break;
    inside = child;
    if (reference.empty()) reference = attribute(inside, "srsName");
    if (dimension.empty()) dimension = attribute(inside, "srsDimension");
    if (dimension.empty()) dimension = attribute(inside, "dimension");
  }
  // A line may be written as one gml:pos a point.
  std::string numbers;
  for (auto const sibling : inside.parent().children()) {
    if (sibling.type() != pugi::node_element) continue;
    numbers.append(text_of(sibling, context.scratch)).append(" ");
  }
  if (dimension == "3") numbers = without_heights(numbers);
  auto geometry = geometry_of(type, numbers);
  // Geographic systems (EPSG 4000 to 4999) say latitude first, projected ones the easting.
  auto const code = reference.find_last_of(":#/");
  auto const epsg =
      code == std::string::npos ? std::nullopt : whole_number(std::string_view(reference).substr(code + 1));
  if (geometry && epsg && (*epsg < 4000 || *epsg > 4999))
    for (auto& [longitude, latitude] : geometry->positions) std::swap(longitude, latitude);
  return geometry;
}

}  // namespace

std::optional<double> decimal(std::string_view text) noexcept {
  text = text::trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto const [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Geometry> geometry_of(std::string_view type, std::string_view numbers) {
  Geometry out;
  out.type = type;
  std::optional<double> latitude;
  constexpr std::string_view between = " \t\r\n,";
  while (!numbers.empty()) {
    auto const begin = numbers.find_first_not_of(between);
    if (begin == std::string_view::npos) break;
    numbers.remove_prefix(begin);
    auto const end = std::min(numbers.find_first_of(between), numbers.size());
    auto const value = decimal(numbers.substr(0, end));
    numbers.remove_prefix(end);
    if (!value) return std::nullopt;
    if (!latitude) {
      latitude = value;
      continue;
    }
    if (std::abs(*latitude) > 90 || std::abs(*value) > 180 || out.positions.size() >= positions_max)
      return std::nullopt;
    out.positions.emplace_back(*value, *latitude);
    latitude.reset();
  }
  if (latitude || out.positions.empty()) return std::nullopt;
  if (type == "Point" && out.positions.size() != 1) return std::nullopt;
  if (type == "LineString" && out.positions.size() < 2) return std::nullopt;
  return out;
}

std::optional<Geometry> geometry_of(pugi::xml_node node, Element element, MapContext& context) {
  switch (element) {
    case Element::point: return geometry_of("Point", text_of(node, context.scratch));
    case Element::line: return geometry_of("LineString", text_of(node, context.scratch));
    case Element::polygon: return geometry_of("Polygon", text_of(node, context.scratch));
    case Element::box: {
      auto const corners = geometry_of("LineString", text_of(node, context.scratch));
      return corners ? box_between(*corners) : std::nullopt;
    }
    case Element::gml_point: return gml_of(node, "Point", context);
    case Element::gml_line_string: return gml_of(node, "LineString", context);
    case Element::gml_polygon: return gml_of(node, "Polygon", context);
    case Element::gml_envelope: {
      auto const corners = gml_of(node, "LineString", context);
      return corners ? box_between(*corners) : std::nullopt;
    }
    case Element::where: break;
    default: return std::nullopt;
  }
  std::string latitude;
  std::string longitude;
  for (auto const child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    Namespaces::Scope const scope(context.spaces, child);
    auto const inner = context.spaces.element_of(child);
    if (inner == Element::latitude)
      latitude = text_of(child);
    else if (inner == Element::longitude)
      longitude = text_of(child);
    else if (inner != Element::where)
      if (auto geometry = geometry_of(child, inner, context)) return geometry;
  }
  return geometry_of("Point", latitude + " " + longitude);
}

}  // namespace newsfold::parse
